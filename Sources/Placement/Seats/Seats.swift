import Diagnostics
import Fabric

/// The GPUs of a fabric that a job may have, node by node and pod by pod, in the order of their
/// numbers. A *seat* is an index into `free`.
struct Seats: Sendable {
  /// A node with a seat or more.
  struct Node: Sendable {
    /// Its number in the fabric.
    var number: Int
    /// Its pod, by index into `pods`.
    var pod: Int
    /// All its GPUs.
    var gpus: Range<Int>
    /// Its seats.
    var seats: Range<Int>
  }

  /// A pod with a seat or more.
  struct Pod: Sendable {
    /// Its nodes, by index.
    var nodes: Range<Int>
    /// Its seats.
    var seats: Range<Int>
  }

  /// The fabric.
  let fabric: Fabric
  /// Its pods and nodes, those without a seat too.
  let layout: FabricLayout
  /// The numbers of the free GPUs, ascending.
  private(set) var free: [Int] = []
  /// Nodes with a seat.
  private(set) var nodes: [Node] = []
  /// Pods with a seat.
  private(set) var pods: [Pod] = []
  /// What can't be had, besides what doesn't exist.
  let taken: TakenGPUs

  /// The seats of a fabric.
  ///
  /// - Complexity: O(GPUs).
  init(_ fabric: Fabric, taken: TakenGPUs, layout: FabricLayout) {
    self.fabric = fabric
    self.taken = taken
    self.layout = layout
    free.reserveCapacity(fabric.gpuCount)
    var lastPod: Int?
    for (number, node) in layout.nodes.enumerated() {
      let start = free.count
      for gpu in node.gpus where !taken.contains(gpu) && Self.isUsable(gpu, fabric) {
        free.append(gpu)
      }
      guard free.count > start else { continue }
      if node.pod != lastPod {
        pods.append(Pod(nodes: nodes.count..<nodes.count, seats: start..<start))
        lastPod = node.pod
      }
      nodes.append(
        Node(number: number, pod: pods.count - 1, gpus: node.gpus, seats: start..<free.count))
      pods[pods.count - 1].nodes = pods[pods.count - 1].nodes.lowerBound..<nodes.count
      pods[pods.count - 1].seats = pods[pods.count - 1].seats.lowerBound..<free.count
    }
  }

  /// Whether a GPU can be used at all; the one place that knows of broken ones.
  static func isUsable(_ gpu: Int, _ fabric: Fabric) -> Bool { fabric.isHealthy(gpu: gpu) }

  /// Throws where a job of `worldSize` ranks doesn't fit.
  func require(_ worldSize: Int) throws {
    guard worldSize > free.count else { return }
    let lost = fabric.gpuCount - free.count
    throw Diagnostic(
      .fabricTooSmall, at: SourceLocation(file: "fabric '\(fabric.name)'"),
      "the job has \(worldSize) ranks, and fabric '\(fabric.name)' has \(fabric.gpuCount) GPUs"
        + (lost > 0 ? ", of which \(lost) are taken or lost: \(free.count) are left" : ""),
      remedy: lost > 0
        ? "take fewer, choose a larger fabric, or raise 'pods' in its file"
        : "choose a larger fabric, or raise 'pods' in its file")
  }

  /// The first nodes that have room for `ranks`: `count` of them, or as few as it takes.
  ///
  /// - Throws: a `Diagnostic` where there are not so many, or they are too small. `word` is what asked.
  func allocation(ranks: Int, nodes count: Int?, word: String) throws -> ArraySlice<Node> {
    guard let count else {
      var end = 0
      var room = 0
      while room < ranks, end < nodes.count {
        room += nodes[end].seats.count
        end += 1
      }
      return nodes[..<end]
    }
    guard count <= nodes.count else {
      throw Diagnostic(
        .usage,
        "placement '\(word)' asks for \(counted(count, "node")), and fabric '\(fabric.name)' has "
          + "\(nodes.count) with a free GPU", remedy: "ask for fewer, or for none in particular")
    }
    let room = nodes[..<count].reduce(0) { $0 + $1.seats.count }
    guard room >= ranks else {
      throw Diagnostic(
        .usage,
        "placement '\(word)' asks for \(counted(count, "node")) with room for \(room) of "
          + "\(ranks) ranks", remedy: "ask for more nodes")
    }
    return nodes[..<count]
  }
}
