import Diagnostics
public import Fabric

/// A placement as launchers read it.
public enum LauncherFile: String, Sendable, CaseIterable {
  /// For Slurm's `--distribution=arbitrary`: the host of rank i in line i.
  case slurm
  /// An Open MPI rankfile, slots being GPUs' places in their nodes.
  case openmpi
  /// A line a node: its host, `CUDA_VISIBLE_DEVICES` in the order of its ranks, and these.
  case cuda
  /// The table `rank,gpu` that `--placement` reads.
  case csv

  /// The text.
  ///
  /// - Parameter hosts: the names of the fabric's nodes, in order, as a list of hosts; `nil` for
  ///   `node0`, `node1`, ….
  /// - Throws: a usage `Diagnostic` where the list is wrong, or shorter than it takes.
  public func text(_ placement: Placement, on fabric: Fabric, hosts: String?) throws -> String {
    let ranks = PlacedRanks(placement, on: fabric)
    let names = try Names(hosts, nodes: ranks.nodeOfRank)
    var lines: [String] = []
    switch self {
    case .csv:
      lines = ["rank,gpu"] + placement.gpuOfRank.enumerated().map { "\($0),\(fabric.gpuName($1))" }
    case .slurm:
      lines = ranks.nodeOfRank.map(names.name)
    case .openmpi:
      lines = ranks.nodeOfRank.enumerated().map { rank, node in
        "rank \(rank)=\(names.name(node)) slot=\(ranks.railOfRank[rank])"
      }
    case .cuda:
      lines = Self.devices(ranks, names)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func devices(_ ranks: PlacedRanks, _ names: Names) -> [String] {
    let ordered = ranks.nodeOfRank.indices.sorted {
      (ranks.nodeOfRank[$0], $0) < (ranks.nodeOfRank[$1], $1)
    }
    var lines: [String] = []
    var start = 0
    while start < ordered.count {
      let node = ranks.nodeOfRank[ordered[start]]
      let end = ordered[start...].firstIndex { ranks.nodeOfRank[$0] != node } ?? ordered.count
      let here = ordered[start..<end]
      let devices = here.map { String(ranks.railOfRank[$0]) }.joined(separator: ",")
      let list = here.map(String.init).joined(separator: ",")
      lines.append("\(names.name(node)) CUDA_VISIBLE_DEVICES=\(devices) # ranks \(list)")
      start = end
    }
    return lines
  }

  /// What nodes are called.
  private struct Names {
    private let names: [String]?

    init(_ hosts: String?, nodes: [Int]) throws {
      names = try hosts.map(NodeNames.expand)
      if let names, let last = nodes.max(), last >= names.count {
        throw Diagnostic(
          .usage,
          "--hosts '\(hosts ?? "")' names \(counted(names.count, "node")), and ranks are on node \(last)",
          remedy: "name all \(last + 1) nodes up to it, in order from node 0")
      }
    }

    func name(_ node: Int) -> String { names?[node] ?? "node\(node)" }
  }
}
