import Diagnostics
import JSON
import Trace

/// What the capture kit's `capture.json` says of a job and of its ranks.
struct CaptureManifest {
  /// What the schema's name begins with, whatever the version.
  static let schema = "refract.capture/1"

  /// The file, as the user named it.
  let path: String
  let worldSize: Int
  /// Ranks that the capture was meant to hold, and that were not heard of.
  let missingRanks: [RankID]
  let groups: [CapturedGroup]
  /// In the order of their numbers.
  let ranks: [Rank]

  /// What it says of a rank.
  struct Rank {
    var rank: RankID
    var host: String?
    var device: String?
    /// The names of its files.
    var files: [String]
  }

  /// Reads the file.
  ///
  /// - Throws: a `Diagnostic` with the key path, also where it is of another version.
  init(path: String) throws {
    self.path = path
    let root = try JSONNode(contentsOfFile: path, limit: 1 << 26)
    let schema = try root.required("schema")
    guard try schema.string() == Self.schema else {
      throw schema.diagnostic(
        .unsupportedVersion,
        "is '\(try schema.string())', and this version reads \(Self.schema)",
        remedy: "capture with the kit that comes with this version")
    }
    let size = try root.required("world_size").int(in: 1...maximumWorldSize)
    worldSize = size
    missingRanks = try Self.ranks(root.optional("missing_ranks"), of: size).sorted()
    groups = try root.required("groups").elements().map { try Self.group($0, of: size) }
    let all = try root.required("ranks").elements().map { try Self.rank($0, of: size) }
    ranks = all.sorted { $0.rank < $1.rank }
    if let twice = zip(ranks, ranks.dropFirst()).first(where: { $0.rank == $1.rank }) {
      throw try root.required("ranks").diagnostic(
        .duplicateRank, "rank \(twice.0.rank.raw) stands here a second time",
        remedy: "name each rank once")
    }
  }

  private static func ranks(_ node: JSONNode?, of size: Int) throws -> [RankID] {
    try (node?.elements() ?? []).map { RankID(index: try $0.int(in: 0...size - 1)) }
  }

  private static func group(_ node: JSONNode, of size: Int) throws -> CapturedGroup {
    CapturedGroup(
      name: CapturedGroup.identity(try node.required("name").string()),
      purpose: CapturedGroup.purpose(try node.optional("purpose")?.string()),
      ranks: try ranks(node.required("ranks"), of: size))
  }

  private static func rank(_ node: JSONNode, of size: Int) throws -> Rank {
    Rank(
      rank: RankID(index: try node.required("rank").int(in: 0...size - 1)),
      host: try node.optional("host")?.string(), device: try node.optional("device")?.string(),
      files: try (node.optional("files")?.elements() ?? []).map { try $0.string() })
  }

  /// The rank whose file has this name.
  func rank(ofFile name: String) -> RankID? {
    ranks.first { $0.files.contains(name) }?.rank
  }
}
