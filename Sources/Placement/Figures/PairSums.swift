/// Bytes on ordered pairs of a group's members, added up: a table where groups are small, else only the
/// pairs that move something.
struct PairSums {
  private let size: Int
  private var table: [Double] = []
  private var sparse: [Int: Double] = [:]
  private static let tableLimit = 1024

  init(_ size: Int) { self.size = size }

  mutating func add(_ bytes: Double, from i: Int, to j: Int) {
    guard bytes > 0 else { return }
    guard size <= Self.tableLimit else {
      sparse[i * size + j, default: 0] += bytes
      return
    }
    if table.isEmpty { table = Array(repeating: 0, count: size * size) }
    table[i * size + j] += bytes
  }

  /// Calls `body` for each pair that moves something, in order.
  func forEach(_ body: (_ from: Int, _ to: Int, _ bytes: Double) -> Void) {
    for (index, bytes) in table.enumerated() where bytes > 0 {
      body(index / size, index % size, bytes)
    }
    for (index, bytes) in sparse.sorted(by: { $0.key < $1.key }) {
      body(index / size, index % size, bytes)
    }
  }
}
