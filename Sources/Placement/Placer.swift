import Diagnostics
import Trace

/// Carries out a policy.
struct Placer {
  let policy: PlacementPolicy
  let job: PlacementJob
  let seats: Seats

  private var word: String { policy.word }

  /// The GPUs, and what could not be kept.
  func place() throws -> (gpus: [Int], notes: [String]) {
    switch policy.rule {
    case .linear: return (Array(seats.free.prefix(job.worldSize)), [])
    case .block(let nodes):
      return (try slurm(nodes) { SlurmDistribution.block(ranks: $0, room: $1) }, [])
    case .cyclic(let nodes):
      return (try slurm(nodes) { SlurmDistribution.plane(size: 1, ranks: $0, room: $1) }, [])
    case .plane(let size, let nodes):
      return (try slurm(nodes) { SlurmDistribution.plane(size: size, ranks: $0, room: $1) }, [])
    case .order(let order):
      return (try ordered(ParallelCoordinates(order, job, word: word).ranks()), [])
    case .groupFirst(let kind):
      var placer = GroupFirst(seats, job)
      return placer.place(try groups(kind))
    case .railAligned(let kind): return try railAligned(kind)
    case .random(let seed, let nodes): return (try random(seed, nodes), [])
    case .captured: return (try captured(), [])
    case .hosts(let list): return (try hosts(list), [])
    case .file(let path): return (try file(path), [])
    }
  }

  /// The ranks in this order on the free GPUs in theirs.
  private func ordered(_ ranks: [Int]) throws -> [Int] {
    var gpus = Array(repeating: 0, count: ranks.count)
    for (rank, gpu) in zip(ranks, seats.free) { gpus[rank] = gpu }
    return gpus
  }

  private func slurm(
    _ count: Int?, _ distribute: (_ ranks: Int, _ room: [Int]) -> [[Int]]
  ) throws -> [Int] {
    let nodes = try seats.allocation(ranks: job.worldSize, nodes: count, word: word)
    var gpus = Array(repeating: 0, count: job.worldSize)
    for (node, ranks) in zip(nodes, distribute(job.worldSize, nodes.map(\.seats.count))) {
      for (seat, rank) in zip(node.seats, ranks) { gpus[rank] = seats.free[seat] }
    }
    return gpus
  }

  private func random(_ seed: UInt64, _ count: Int?) throws -> [Int] {
    let nodes = try seats.allocation(ranks: job.worldSize, nodes: count, word: word)
    guard let first = nodes.first, let last = nodes.last else { return [] }
    var generator = SplitMix64(seed: seed)
    let lots = generator.shuffled(first.seats.lowerBound..<last.seats.upperBound)
    return lots.prefix(job.worldSize).map { seats.free[$0] }
  }

  private func railAligned(_ kind: String?) throws -> (gpus: [Int], notes: [String]) {
    guard let kind = kind ?? RailAlignment.family(seats, job) else {
      throw fault("the trace has no groups to align", "choose another placement")
    }
    var placer = RailAlignment(seats, job)
    return placer.place(try groups(kind))
  }

  private func groups(_ kind: String) throws -> [Int] {
    let choice = GroupChoice(job)
    let groups = choice.groups(kind)
    guard !groups.isEmpty else {
      throw fault("the trace has no group '\(kind)'", choice.words)
    }
    return groups
  }

  private func captured() throws -> [Int] {
    let missing = (0..<job.worldSize).filter {
      !job.hosts.indices.contains($0) || job.hosts[$0] == nil
    }
    guard missing.isEmpty else {
      throw fault(
        "no capture says on which host \(rankList(missing.map(RankID.init(index:)))) ran",
        "say how many ranks share one with --ranks-per-host")
    }
    let names = try nodeNames()
    do {
      return try RankHosts(hosts: job.hosts.compactMap(\.self)).place(on: seats, names: names)
    } catch {
      throw fault("rank \(error.rank): \(error.problem)", error.remedy)
    }
  }

  private func hosts(_ list: String) throws -> [Int] {
    let hosts: [String]
    do {
      hosts = try HostList.expand(list)
    } catch {
      throw fault(error.problem, error.remedy)
    }
    var seen: Set<String> = []
    if let twice = hosts.first(where: { !seen.insert($0).inserted }) {
      throw fault("host '\(twice)' stands in it twice", "name each host once")
    }
    let entries = hosts.map { HostSlots.Entry(host: $0, slots: nil, line: nil) }
    return try HostSlots(entries: entries) { _, _, problem, remedy in
      fault(problem, remedy)
    }.place(worldSize: job.worldSize, on: seats, names: try nodeNames())
  }

  private func file(_ path: String) throws -> [Int] {
    do {
      return try PlacementFile(path: path, seats: seats, names: try nodeNames())
        .place(worldSize: job.worldSize)
    } catch var diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      diagnostic.problem = "is neither a placement policy nor a file"
      diagnostic.remedy = "policies are \(PolicyWord.all)"
      throw diagnostic
    }
  }

  private func nodeNames() throws -> [String]? {
    try policy.nodeNames.map { try NodeNames.expand($0) }
  }

  private func fault(_ problem: String, _ remedy: String) -> Diagnostic {
    Diagnostic(.usage, "placement '\(word)': \(problem)", remedy: remedy)
  }
}
