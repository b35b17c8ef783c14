import Diagnostics
public import Fabric
import Streams
import Trace

/// How ranks come to GPUs, and which GPUs they may have.
public struct PlacementPolicy: Sendable, Hashable {
  /// How ranks come to GPUs.
  public enum Rule: Sendable, Hashable {
    /// Rank r on the r-th free GPU: pod after pod.
    case linear
    /// As Slurm's `block`: over the nodes that it takes, or over so many.
    case block(nodes: Int?)
    /// As Slurm's `cyclic`.
    case cyclic(nodes: Int?)
    /// As Slurm's `plane=n`.
    case plane(Int, nodes: Int?)
    /// By dimensions of parallelism, as Megatron orders them.
    case order(ParallelOrder)
    /// Groups of a kind kept together.
    case groupFirst(String)
    /// Ranks with the same place in groups of a kind on the same rail.
    case railAligned(String?)
    /// Drawn by lot from the GPUs of the nodes that it takes, or of so many.
    case random(seed: UInt64, nodes: Int?)
    /// On nodes as it was captured.
    case captured
    /// The nodes of named hosts, one filled after the other.
    case hosts(String)
    /// As a file says.
    case file(String)
  }

  /// How ranks come to GPUs.
  public var rule: Rule
  /// The word that said so; a file's last path component.
  public var word: String
  /// GPUs that the job can't have: patterns, or files of them.
  public var taken: [String]
  /// The names of the fabric's nodes, in order, as a list of hosts; `nil` where nobody says.
  public var nodeNames: String?

  /// Rank r on GPU r.
  public static let linear = PlacementPolicy(rule: .linear, word: "linear")

  /// As a file says.
  public static func file(_ path: String) -> PlacementPolicy {
    PlacementPolicy(rule: .file(path), word: lastComponent(path))
  }

  private init(rule: Rule, word: String, taken: [String] = [], nodeNames: String? = nil) {
    self.rule = rule
    self.word = word
    self.taken = taken
    self.nodeNames = nodeNames
  }

  /// From the command line's word: a policy, or a file.
  ///
  /// - Throws: a usage `Diagnostic` where a policy's parameter is wrong.
  public init(_ word: String, taken: [String] = [], nodeNames: String? = nil) throws {
    let rule = try PolicyWord(word).rule()
    let shown = if case .file(let path) = rule { lastComponent(path) } else { word }
    self.init(rule: rule, word: shown, taken: taken, nodeNames: nodeNames)
  }

  /// Places a job of `worldSize` ranks of which nothing else is known.
  ///
  /// - Throws: a `Diagnostic` where the job is larger than what is left of the fabric, or the file is
  ///   wrong.
  public func place(worldSize: Int, on fabric: Fabric) throws -> Placement {
    try place(PlacementJob(worldSize: worldSize), on: fabric)
  }

  /// Places a job.
  ///
  /// - Throws: a `Diagnostic` where the job is larger than what is left of the fabric, the trace doesn't
  ///   tell what the policy needs, or a file is wrong.
  /// - Complexity: O(GPUs + ranks), and what the policy's own comment says.
  public func place(_ job: PlacementJob, on fabric: Fabric) throws -> Placement {
    let layout = FabricLayout(fabric)
    let seats = Seats(fabric, taken: try TakenGPUs(taken, on: fabric, layout), layout: layout)
    try seats.require(job.worldSize)
    let (gpus, notes) = try Placer(policy: self, job: job, seats: seats).place()
    let name = seats.taken.count == 0 ? word : "\(word), \(seats.taken.count) GPUs taken"
    return try Placement(name: name, gpuOfRank: gpus, notes: notes, on: seats)
  }
}
