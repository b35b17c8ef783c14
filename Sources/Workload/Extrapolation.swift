import Diagnostics
import Trace

/// How ranks without a trace are filled in.
public struct Extrapolation: Sendable, Hashable {
  /// What an extrapolated rank sends to each peer of an all-to-all.
  public enum Splits: String, Sendable, CaseIterable {
    /// The same to each.
    case balanced
    /// What its source sends, rotated by the distance between the two in the group.
    case rotated
  }

  /// What an extrapolated rank sends to each peer of an all-to-all.
  public var splits: Splits
  /// Size of tensor-parallel groups; ranks vary fastest in it.
  public var tensorParallel: Int
  /// Number of pipeline stages; ranks vary slowest in it.
  public var pipelineParallel: Int

  /// Fills in from traced ranks of the same tensor-parallel and pipeline position.
  public init(splits: Splits = .balanced, tensorParallel: Int = 1, pipelineParallel: Int = 1) {
    self.splits = splits
    self.tensorParallel = tensorParallel
    self.pipelineParallel = pipelineParallel
  }
}

/// Which traced rank each rank of a job takes its program from.
struct RankSources {
  /// For each rank the index of its program.
  private(set) var programOfRank: [Int] = []

  /// - Parameters:
  ///   - traced: the ranks that have programs, in order of the programs.
  ///   - repeats: ranks of which the trace says that they do the same as a traced one.
  /// - Throws: a `Diagnostic` where ranks are missing and may not be, or cannot be, filled in.
  init(
    worldSize: Int, traced: [RankID], repeats: [RankRepeat] = [], extrapolation: Extrapolation?
  ) throws {
    var programs: [Int?] = Array(repeating: nil, count: worldSize)
    for (program, rank) in traced.enumerated() { programs[rank.index] = program }
    for copy in repeats { programs[copy.rank.index] = programs[copy.source.index] }
    let missing = programs.indices.filter { programs[$0] == nil }.map(RankID.init(index:))
    guard !missing.isEmpty else {
      programOfRank = programs.compactMap(\.self)
      return
    }
    guard let extrapolation else {
      throw Diagnostic(
        .ranksMissing,
        "the job has \(worldSize) ranks, and there is no trace of \(rankList(missing))",
        remedy: "name the files of all ranks, or let the traced ones stand for all with "
          + "--extrapolate")
    }
    let layout = try Layout(worldSize: worldSize, extrapolation)
    for rank in missing {
      let position = layout.position(of: rank)
      let sources = traced.indices.filter { layout.position(of: traced[$0]) == position }
      guard !sources.isEmpty else {
        throw Diagnostic(
          .ranksMissing,
          "no traced rank has the place of rank \(rank.raw): tensor-parallel "
            + "\(position.tensor), pipeline stage \(position.stage)",
          remedy: "add a trace of such a rank, or correct --tp and --pp")
      }
      programs[rank.index] = sources[layout.replica(of: rank) % sources.count]
    }
    programOfRank = programs.compactMap(\.self)
  }

  private struct Layout {
    let tensorParallel: Int
    let stageSize: Int

    init(worldSize: Int, _ extrapolation: Extrapolation) throws {
      tensorParallel = extrapolation.tensorParallel
      let (product, overflow) = extrapolation.tensorParallel.multipliedReportingOverflow(
        by: extrapolation.pipelineParallel)
      guard extrapolation.tensorParallel > 0, extrapolation.pipelineParallel > 0, !overflow,
        worldSize % product == 0
      else {
        throw Diagnostic(
          .usage,
          "--tp \(extrapolation.tensorParallel) times --pp \(extrapolation.pipelineParallel) "
            + "does not divide the job's \(worldSize) ranks")
      }
      stageSize = worldSize / extrapolation.pipelineParallel
    }

    struct Position: Equatable {
      var tensor: Int
      var stage: Int
    }

    func position(of rank: RankID) -> Position {
      Position(tensor: rank.index % tensorParallel, stage: rank.index / stageSize)
    }

    func replica(of rank: RankID) -> Int { rank.index % stageSize / tensorParallel }
  }
}

/// The group that stands to `rank` as `group` stands to `source`: its like in the partition of the
/// job that the group's stride and size make. `nil` where the group is in no such partition.
func counterpart(of group: ProcessGroup, source: RankID, at rank: RankID) -> [RankID]? {
  guard rank != source else { return group.ranks }
  let first = group.ranks[0].index
  let stride = group.ranks.count > 1 ? group.ranks[1].index - first : 1
  let isRegular =
    stride > 0
    && group.ranks.indices.allSatisfy { group.ranks[$0].index == first + $0 * stride }
  guard isRegular else { return nil }
  let block = stride * group.ranks.count
  func start(_ rank: Int) -> Int { rank / block * block + rank % stride }
  guard start(source.index) == first else { return nil }
  return group.ranks.indices.map { RankID(index: start(rank.index) + $0 * stride) }
}
