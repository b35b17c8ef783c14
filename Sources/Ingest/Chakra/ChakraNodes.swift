import Diagnostics
import Trace

/// The nodes of one rank, each under its own id.
struct ChakraNodes {
  private(set) var all: [ChakraOperation] = []
  var names = NameTable()
  private(set) var places: [UInt64: Int32] = [:]

  /// Adds a node behind all others.
  ///
  /// - Throws: a `Diagnostic` where its id has been there, or it is impossible in itself.
  mutating func append(_ operation: ChakraOperation) throws {
    if let fault = operation.fault {
      throw Diagnostic(
        .valueOutOfRange, at: operation.place, "node \(operation.id): \(fault)",
        remedy: damagedRemedy)
    }
    guard places[operation.id] == nil else {
      throw Diagnostic(
        .duplicateKey, at: operation.place, "node \(operation.id) stands here a second time",
        remedy: "ids tell nodes apart; write the file again with one for each")
    }
    places[operation.id] = Int32(all.count)
    all.append(operation)
  }

  /// What a node of a type does, by Chakra's numbers; `nil` for none.
  static func work(ofType number: Int64) -> ChakraOperation.Work? {
    switch number {
    case ...0: nil
    case 1: .metadata
    case 2, 3: .memory
    case 4: .compute
    case 5: .send
    case 6: .receive
    case 7: .collective
    default: .other(Int(number))
    }
  }

  /// Microseconds as written, where 0 means that none were; held where no trace lasts as long.
  static func nanoseconds(micros: UInt64) -> Int64? {
    guard micros > 0 else { return nil }
    return Int64(min(micros, UInt64(Int64.max) / 2000)) * 1000
  }
}
