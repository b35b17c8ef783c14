import Diagnostics

/// How a job's ranks share the work, in Megatron-LM's order `tp-dp-pp`: tensor-parallel ranks vary
/// fastest, pipeline stages slowest.
///
/// The rank of tensor-parallel position t, data-parallel position d and stage p is t + TP·(d + DP·p).
/// Experts are spread over EP consecutive data-parallel positions.
public struct ParallelLayout: Sendable, Hashable {
  /// Ranks that share a layer.
  public let tensor: Int
  /// Stages that layers are cut into.
  public let pipeline: Int
  /// Replicas of all but the experts.
  public let data: Int
  /// Replicas that the experts are spread over.
  public let expert: Int

  /// Ranks of the job.
  public var worldSize: Int { tensor * pipeline * data }
  /// Replicas of each expert.
  public var expertReplicas: Int { data / expert }
  /// Ranks of a stage.
  public var stageSize: Int { tensor * data }

  /// A layout.
  ///
  /// - Throws: a `Diagnostic` where a size is below 1, the job would be beyond 2^20 ranks, or
  ///   expert-parallel groups do not divide the replicas.
  public init(tensor: Int = 1, pipeline: Int = 1, data: Int = 1, expert: Int = 1) throws {
    let sizes = [("tp", tensor), ("pp", pipeline), ("dp", data), ("ep", expert)]
    if let wrong = sizes.first(where: { !(1...1 << 20 ~= $0.1) }) {
      throw Self.usage("\(wrong.0) is \(wrong.1), and must be from 1 to \(1 << 20)")
    }
    let (stage, overflow) = tensor.multipliedReportingOverflow(by: data)
    let (ranks, beyond) = stage.multipliedReportingOverflow(by: pipeline)
    guard !overflow, !beyond, ranks <= 1 << 20 else {
      throw Self.usage("tp \(tensor) · pp \(pipeline) · dp \(data) are more than \(1 << 20) ranks")
    }
    guard data % expert == 0 else {
      throw Self.usage(
        "ep \(expert) does not divide dp \(data): experts are spread over whole groups of replicas")
    }
    self.tensor = tensor
    self.pipeline = pipeline
    self.data = data
    self.expert = expert
  }

  /// Reads `tp16-pp8-dp256-ep32`: sizes in any order, each at most once, 1 where left out.
  ///
  /// - Throws: a `Diagnostic` that names the part which is wrong.
  public init(_ text: String) throws {
    var sizes: [String: Int] = [:]
    for part in text.split(separator: "-", omittingEmptySubsequences: false) {
      let name = String(part.prefix { $0.isLetter })
      guard ["tp", "pp", "dp", "ep"].contains(name), let size = Int(part.dropFirst(name.count))
      else {
        throw Self.usage("'\(part)' is no size; write it as in tp16-pp8-dp256-ep32", in: text)
      }
      guard sizes.updateValue(size, forKey: name) == nil else {
        throw Self.usage("\(name) stands there twice", in: text)
      }
    }
    try self.init(
      tensor: sizes["tp"] ?? 1, pipeline: sizes["pp"] ?? 1, data: sizes["dp"] ?? 1,
      expert: sizes["ep"] ?? 1)
  }

  /// "tp16-pp8-dp256-ep32".
  public var text: String { "tp\(tensor)-pp\(pipeline)-dp\(data)-ep\(expert)" }

  static func usage(_ problem: String, in text: String? = nil) -> Diagnostic {
    Diagnostic(.usage, "--layout" + (text.map { " '\($0)'" } ?? "") + ": " + problem)
  }
}

extension ParallelLayout {
  /// Where a rank stands.
  struct Position: Hashable {
    var tensor: Int
    var data: Int
    var stage: Int
  }

  /// Where a rank stands.
  func position(of rank: Int) -> Position {
    Position(
      tensor: rank % tensor, data: rank / tensor % data, stage: rank / stageSize)
  }

  /// The rank at a place.
  func rank(tensor t: Int, data d: Int, stage p: Int) -> Int { t + tensor * (d + data * p) }
}
