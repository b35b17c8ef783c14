import Quantities
import Trace

// Logical bytes as they lie on the pairs of a group's members: see `TrafficMatrix`.
extension CollectiveInstance {
  /// Bytes that each ordered pair of `n` members moves, where all move the same; `nil` where they
  /// don't.
  public func evenShare(size n: Int) -> Double? {
    switch payload {
    case .none: return 0
    case .matrix(.uniform(let bytes)): return bytes
    case .matrix(.rows): return nil
    case .routed(let routing): return routing.bytesWithAllCopies / Double(n)
    case .buffer(let size):
      switch kind {
      case .send, .broadcast, .reduce, .gather, .scatter: return nil
      default: return Double(size.bytes) / Double(n)
      }
    }
  }

  /// Calls `body` with the places in the group of a sender and a receiver, and the bytes between them,
  /// for each ordered pair of `n` members that may move something.
  ///
  /// - Complexity: O(n) where all goes to or from a root, else O(n²).
  public func forEachPair(size n: Int, _ body: (_ from: Int, _ to: Int, _ bytes: Double) -> Void) {
    if let share = evenShare(size: n) {
      guard share > 0 else { return }
      for i in 0..<n { for j in 0..<n where i != j { body(i, j, share) } }
      return
    }
    switch payload {
    case .matrix(let matrix):
      for i in 0..<n { for j in 0..<n where i != j { body(i, j, matrix[i, j]) } }
    case .buffer(let size):
      let whole = Double(size.bytes)
      guard kind != .send else { return body(0, 1, whole) }
      let root = root ?? 0
      for place in 0..<n where place != root {
        switch kind {
        case .broadcast: body(root, place, whole)
        case .scatter: body(root, place, whole / Double(n))
        case .gather: body(place, root, whole / Double(n))
        default: body(place, root, whole)
        }
      }
    case .none, .routed: break
    }
  }
}
