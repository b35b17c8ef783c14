import Trace

/// The GPU operations of a file, in the order of the text.
///
/// 48 bytes each: numbers of streams are kept once, and metadata for the few that carry any.
struct DeviceOperations: RandomAccessCollection {
  private struct Row {
    var start: Int64
    var duration: Int64
    var offset: Int64
    var correlation: Int64
    var name: Int32
    var stream: Int32
    var metadata: Int32
    var kind: EventKind
    var isCorrelated: Bool

    static var withoutMetadata: Int32 { -1 }
  }

  private var rows = ChunkedRows<Row>()
  private var numbers = NumberTable()
  private var metadata: [NCCLMetadata] = []

  var startIndex: Int { 0 }
  var endIndex: Int { rows.count }

  /// The streams that any of them runs on, in the order of their first operations.
  var streams: [Int64] { numbers.all }

  subscript(index: Int) -> KinetoCollector.DeviceOperation { operation(rows[index]) }

  /// Adds one behind all others. Amortised O(1).
  mutating func append(_ operation: KinetoCollector.DeviceOperation) {
    if let data = operation.metadata { metadata.append(data) }
    rows.append(
      Row(
        start: operation.start, duration: operation.duration, offset: operation.offset,
        correlation: operation.correlation ?? 0, name: operation.name,
        stream: numbers.place(of: operation.stream),
        metadata: operation.metadata == nil ? Row.withoutMetadata : Int32(metadata.count - 1),
        kind: operation.kind, isCorrelated: operation.correlation != nil))
  }

  /// Gives each to `body`, in order, and frees it; leaves none.
  mutating func drain(
    _ body: (KinetoCollector.DeviceOperation) throws -> Void
  ) rethrows {
    var rows = rows
    self.rows = ChunkedRows()
    try rows.drain { try body(operation($0)) }
  }

  private func operation(_ row: Row) -> KinetoCollector.DeviceOperation {
    KinetoCollector.DeviceOperation(
      kind: row.kind, stream: numbers.all[Int(row.stream)], start: row.start,
      duration: row.duration, name: row.name,
      correlation: row.isCorrelated ? row.correlation : nil,
      metadata: row.metadata == Row.withoutMetadata ? nil : metadata[Int(row.metadata)],
      offset: row.offset)
  }
}

/// The runtime calls of a file that matter, in the order of the text; 32 bytes each.
struct RuntimeCalls: RandomAccessCollection {
  private struct Row {
    var start: Int64
    var duration: Int64
    var correlation: Int64
    var name: Int32
    /// The place of the thread, shifted, and below it the role and whether it is correlated.
    var threadAndRole: UInt32
  }

  private var rows = ChunkedRows<Row>()
  private var numbers = NumberTable()

  var startIndex: Int { 0 }
  var endIndex: Int { rows.count }

  subscript(index: Int) -> KinetoCollector.RuntimeCall { call(rows[index]) }

  /// Adds one behind all others. Amortised O(1).
  mutating func append(_ call: KinetoCollector.RuntimeCall) {
    let thread = UInt32(numbers.place(of: call.thread))
    rows.append(
      Row(
        start: call.start, duration: call.duration, correlation: call.correlation ?? 0,
        name: call.name,
        threadAndRole: thread << 3 | UInt32(call.role.rawValue) << 1
          | (call.correlation == nil ? 0 : 1)))
  }

  /// Gives each to `body`, in order, and frees it; leaves none.
  mutating func drain(_ body: (KinetoCollector.RuntimeCall) throws -> Void) rethrows {
    var rows = rows
    self.rows = ChunkedRows()
    try rows.drain { try body(call($0)) }
  }

  private func call(_ row: Row) -> KinetoCollector.RuntimeCall {
    KinetoCollector.RuntimeCall(
      thread: numbers.all[Int(row.threadAndRole >> 3)], start: row.start, duration: row.duration,
      name: row.name, correlation: row.threadAndRole & 1 == 0 ? nil : row.correlation,
      role: KinetoCollector.RuntimeCall.Role(rawValue: UInt8(row.threadAndRole >> 1 & 3))
        ?? .launches)
  }
}

/// Numbers of streams or threads, each kept once.
private struct NumberTable {
  private(set) var all: [Int64] = []
  private var places: [Int64: Int32] = [:]
  // Neighbours in the text mostly share theirs.
  private var latest: Int32 = 0

  /// The place of a number in `all`, a new one where it is new.
  mutating func place(of number: Int64) -> Int32 {
    if Int(latest) < all.count, all[Int(latest)] == number { return latest }
    if let known = places[number] {
      latest = known
    } else {
      latest = Int32(all.count)
      places[number] = latest
      all.append(number)
    }
    return latest
  }
}
