/// Bytes that member i of a group sends to member j.
public enum SplitMatrix: Sendable, Equatable {
  /// Every pair, a member with itself included, the same number of bytes.
  case uniform(bytesPerPair: Double)
  /// Row i from member i's send splits, in group order; n rows of n columns.
  case rows([[Int64]])

  /// Bytes from member `i` to member `j`.
  public subscript(i: Int, j: Int) -> Double {
    switch self {
    case .uniform(let bytes): bytes
    case .rows(let rows): Double(rows[i][j])
    }
  }
}
