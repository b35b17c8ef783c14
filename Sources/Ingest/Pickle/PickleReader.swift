import Diagnostics
import JSON

/// Reads a Python pickle of protocol 2 as plain data, and carries nothing out.
///
/// Of pickle's instructions only those are known that make containers, strings, numbers, booleans and
/// None, and those that name them again (the memo). Any other ends the reading with its name and
/// place; there is nothing in here that could import or call. Memory is bounded by the length of the
/// text and by `valueLimit`, nesting by `PickleHeap.depthLimit`.
struct PickleReader {
  /// The most values and names that a pickle may make: 20,000 entries with their stacks make fewer.
  private static let valueLimit = 1 << 22

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// Where the instruction that is being carried out begins.
  private var start = 0
  private var heap = PickleHeap()
  private var stack: [PickleHeap.Value] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleHeap.Value] = [:]
  private var made = 0

  /// Whether a text begins as a binary pickle does, of whatever protocol.
  static func recognizes(_ head: ArraySlice<UInt8>) -> Bool {
    head.count >= 2 && head[head.startIndex] == PickleOpcode.Known.proto.rawValue
      && head[head.startIndex + 1] <= 5
  }

  /// - Parameter path: the file, for messages.
  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The value: dictionaries as objects, lists and tuples as arrays.
  ///
  /// - Throws: a `Diagnostic` with the byte at which the text is no such pickle.
  /// - Complexity: O(bytes).
  consuming func read() throws -> JSONValue {
    while true {
      start = position
      let byte = try next()
      guard let opcode = PickleOpcode.Known(rawValue: byte) else { throw refused(byte) }
      if opcode == .stop { return try finish() }
      try carryOut(opcode)
    }
  }

  // MARK: Instructions

  private mutating func carryOut(_ opcode: PickleOpcode.Known) throws {
    switch opcode {
    case .proto: try checkProtocol()
    case .mark:
      try count()
      marks.append(stack.count)
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binaryInt: try push(.integer(Int64(Int32(truncatingIfNeeded: try unsigned(4)))))
    case .binaryInt1: try push(.integer(Int64(try unsigned(1))))
    case .binaryInt2: try push(.integer(Int64(try unsigned(2))))
    case .long1: try push(.integer(try long(length: Int(try unsigned(1)))))
    case .long4: try push(.integer(try long(length: Int(try unsigned(4)))))
    case .binaryFloat: try push(.number(try double()))
    case .binaryUnicode, .binaryString: try pushString(length: Int(try unsigned(4)))
    case .shortBinaryString: try pushString(length: Int(try unsigned(1)))
    case .emptyList: try push(heap.container(.list([])))
    case .emptyDict: try push(heap.container(.dictionary([])))
    case .emptyTuple: try push(heap.container(.tuple([])))
    case .tuple1: try pushTuple(1)
    case .tuple2: try pushTuple(2)
    case .tuple3: try pushTuple(3)
    case .tuple: try pushTuple(try sinceMark())
    case .append: try append(1)
    case .appends: try append(try sinceMark())
    case .setItem: try setItems(2)
    case .setItems: try setItems(try sinceMark())
    case .get: try recall(Int(try unsigned(1)))
    case .longGet: try recall(Int(try unsigned(4)))
    case .put: try memorize(Int(try unsigned(1)))
    case .longPut: try memorize(Int(try unsigned(4)))
    case .stop: break
    }
  }

  private mutating func checkProtocol() throws {
    let version = try unsigned(1)
    guard version <= 2 else {
      throw malformed(
        "is a pickle of protocol \(version), and flight recorders write protocol 2",
        remedy: "write it again with pickle.dump(…, protocol=2), or as JSON",
        code: .unsupportedVersion)
    }
  }

  private mutating func push(_ value: PickleHeap.Value) throws {
    try count()
    stack.append(value)
  }

  /// Counts whatever takes memory.
  private mutating func count() throws {
    made += 1
    guard made <= Self.valueLimit else {
      throw malformed(
        "holds more than \(Self.valueLimit) values",
        remedy: "check that this is the file you meant", code: .limitExceeded)
    }
  }

  private mutating func pushString(length: Int) throws {
    let text = try take(length)
    guard let string = String(validating: text, as: UTF8.self) else {
      throw malformed("a string is no UTF-8")
    }
    try push(heap.string(string))
  }

  private mutating func pushTuple(_ count: Int) throws {
    let items = try pop(count)
    try push(heap.container(.tuple(items)))
  }

  private mutating func append(_ count: Int) throws {
    let items = try pop(count)
    guard heap.append(items, to: try top()) else {
      throw malformed("elements are added to something that is no list")
    }
  }

  private mutating func setItems(_ count: Int) throws {
    guard count % 2 == 0 else { throw malformed("a key is set without a value") }
    let items = try pop(count)
    guard heap.set(items, in: try top()) else {
      throw malformed("a key is set in something that is no dictionary")
    }
  }

  private mutating func recall(_ number: Int) throws {
    guard let value = memo[number] else {
      throw malformed("names memo \(number), in which nothing was put")
    }
    try push(value)
  }

  private mutating func memorize(_ number: Int) throws {
    try count()
    memo[number] = try top()
  }

  /// How many values a pickle may come to where it shares: some few times what it makes.
  private var sharingLimit: Int { 4 * made + (1 << 16) }

  private func finish() throws -> JSONValue {
    guard marks.isEmpty else { throw malformed("ends with a mark that nothing closes") }
    guard stack.count == 1 else {
      throw malformed("ends with \(stack.count) values where one is expected")
    }
    guard position == bytes.count else {
      throw malformed("\(bytes.count - position) bytes follow its end")
    }
    do throws(PickleHeap.Fault) {
      return try heap.tree(stack[0], limit: sharingLimit)
    } catch {
      throw diagnostic(of: error)
    }
  }

  // MARK: Stack

  private func top() throws -> PickleHeap.Value {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw malformed("takes a value from an empty stack")
    }
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleHeap.Value] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw malformed("takes \(count) values where \(stack.count - (marks.last ?? 0)) are there")
    }
    let items = Array(stack.suffix(count))
    stack.removeLast(count)
    return items
  }

  /// How many values lie above the last mark, which is taken away.
  private mutating func sinceMark() throws -> Int {
    guard let mark = marks.popLast() else { throw malformed("closes a mark where none is open") }
    return stack.count - mark
  }

  // MARK: Bytes

  private mutating func next() throws -> UInt8 {
    guard position < bytes.count else {
      throw malformed("ends without its STOP", code: .truncated)
    }
    position += 1
    return bytes[position - 1]
  }

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw malformed(
        "asks for \(count) bytes where \(bytes.count - position) are left", code: .truncated)
    }
    position += count
    return bytes[position - count..<position]
  }

  /// A little-endian number without a sign, of at most four bytes.
  private mutating func unsigned(_ count: Int) throws -> UInt32 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// A little-endian number with a sign, of any length that fits.
  private mutating func long(length: Int) throws -> Int64 {
    let digits = try take(length)
    guard length <= 8 else {
      throw malformed("a whole number of \(length) bytes does not fit in 64 bits")
    }
    let bits = digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length > 0 else { return 0 }
    let unused = 64 - UInt64(length) * 8
    return Int64(bitPattern: bits << unused) >> Int64(unused)
  }

  private mutating func double() throws -> Double {
    let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let number = Double(bitPattern: bits)
    guard number.isFinite else {
      throw malformed("a number is not finite", code: .valueOutOfRange)
    }
    return number
  }

  // MARK: Messages

  private func malformed(
    _ problem: String, remedy: String = "copy or capture the file again",
    code: Diagnostic.Code = .malformedPickle
  ) -> Diagnostic {
    Diagnostic(
      code, at: SourceLocation(file: path, byteOffset: Int64(start)),
      code == .malformedPickle || code == .truncated
        ? "not a valid pickle: \(problem)" : problem, remedy: remedy)
  }

  private func refused(_ byte: UInt8) -> Diagnostic {
    let (name, executes) = PickleOpcode.refusal(byte)
    guard executes else {
      return malformed("the instruction \(name) is none that a flight recorder writes")
    }
    return malformed(
      "the pickle instruction \(name) would run code, and none is run here",
      remedy: "a flight recorder writes no such thing; don't unpickle this file anywhere",
      code: .unsafePickle)
  }

  private func diagnostic(of fault: PickleHeap.Fault) -> Diagnostic {
    switch fault {
    case .cycle: malformed("a container holds itself")
    case .tooDeep: malformed("is nested more than \(PickleHeap.depthLimit) levels deep")
    case .tooLarge:
      malformed(
        "names its lists so often that they come to more than \(sharingLimit) values",
        remedy: "check that this is the file you meant", code: .limitExceeded)
    case .keyOfAnotherKind: malformed("a key is neither a string nor a whole number")
    case .duplicateKey(let key):
      malformed("the key '\(key)' stands in a dictionary a second time")
    }
  }
}
