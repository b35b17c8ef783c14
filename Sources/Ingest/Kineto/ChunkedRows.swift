/// A list that grows without ever being copied, and can be used up from the front: while a rank's
/// events move from one form into another, memory holds them once, not twice.
struct ChunkedRows<Row>: RandomAccessCollection {
  private static var chunkSize: Int { 1 << 13 }

  private var chunks: [[Row]] = []
  private(set) var count = 0

  /// No rows.
  init() {}

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  /// One row. O(1).
  subscript(index: Int) -> Row {
    chunks[index / Self.chunkSize][index % Self.chunkSize]
  }

  /// Adds a row behind all others. O(1).
  mutating func append(_ row: Row) {
    if count % Self.chunkSize == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
    }
    chunks[count / Self.chunkSize].append(row)
    count += 1
  }

  /// Gives each row to `body`, in order, and frees it; leaves none.
  mutating func drain(_ body: (Row) throws -> Void) rethrows {
    let whole = chunks.count
    defer { self = ChunkedRows() }
    for chunk in 0..<whole {
      let rows = chunks[chunk]
      chunks[chunk] = []
      for row in rows { try body(row) }
    }
  }
}
