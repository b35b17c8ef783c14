import Diagnostics
import Trace

/// How many tokens each rank of an expert-parallel group sends to each expert, as somebody measured or
/// made them up: in place of balanced routing.
///
/// A token that goes to two experts counts twice. Experts lie on the group's ranks in equal runs, in
/// order; where there are as many columns as ranks, a column is a rank.
public struct ExpertRouting: Sendable, Hashable {
  /// The file, as the user named it.
  public var file: String
  /// Matrices of one shape, used in turn: tokens by source rank and expert.
  public var layers: [[[Int64]]]
  /// Whether a matrix may be repeated for a group of several times its ranks.
  public var repeats: Bool

  /// The most tokens of one matrix.
  public static let mostTokens: Int64 = 1 << 32

  /// A routing of at least one matrix, none of them empty, with at most `mostTokens` each.
  public init(file: String, layers: [[[Int64]]], repeats: Bool = false) {
    self.file = file
    self.layers = layers
    self.repeats = repeats
  }

  /// Source ranks of a matrix.
  public var rowCount: Int { layers.first?.count ?? 0 }
  /// Experts, or ranks, of a matrix.
  public var columnCount: Int { layers.first?.first?.count ?? 0 }

  /// Tokens from each member of a group to each, in group order.
  ///
  /// A repeated matrix stands for jobs side by side: each rank holds as many tokens as before, and sends
  /// an equal part of them to each repetition of a rank; or, where there are experts enough for the whole
  /// group, what it holds to these.
  /// - Throws: a `Diagnostic` with both sizes where the matrix is not one of this group.
  /// - Complexity: O(members · columns).
  func tokens(layer: Int, group: ProcessGroup) throws -> [[Int64]] {
    let size = group.ranks.count
    let (rows, columns) = (rowCount, columnCount)
    let matrix = layers[layer]
    if rows == size, columns % size == 0 { return matrix.map { Self.byRank($0, size) } }
    guard repeats, size % rows == 0, columns % rows == 0 else { throw misfit(group) }
    if columns % size == 0 {
      return (0..<size).map { Self.byRank(matrix[$0 % rows], size) }
    }
    let copies = size / rows
    return (0..<size).map { member in
      let parts = Self.byRank(matrix[member % rows], rows)
        .map { SplitRows.even($0, copies) }
      // What does not divide goes to another repetition for each, so that none gets it all.
      return (0..<size).map { parts[$0 % rows][($0 / rows + member / rows) % copies] }
    }
  }

  private static func byRank(_ row: [Int64], _ size: Int) -> [Int64] {
    let run = row.count / size
    return (0..<size).map { rank in row[rank * run..<(rank + 1) * run].reduce(0, +) }
  }

  private func misfit(_ group: ProcessGroup) -> Diagnostic {
    let size = group.ranks.count
    let couldRepeat = !repeats && size % rowCount == 0 && columnCount % rowCount == 0
    return Diagnostic(
      .valueOutOfRange, at: SourceLocation(file: file),
      "has matrices of \(rowCount) rows and \(columnCount) columns, and the group '\(group.label)' has "
        + "\(size) ranks",
      remedy: "a row for each of \(size) ranks and a column for each, or for each of a multiple of "
        + "\(size) experts, are needed"
        + (couldRepeat && size > rowCount ? "; or repeat the matrix with --routing-tile" : ""))
  }
}
