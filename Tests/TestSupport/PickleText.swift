/// Writes pickles of protocol 2, instruction by instruction: what is right and what is wrong alike.
public struct PickleText: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8]

  /// A pickle that begins with a protocol's number, or with nothing.
  public init(protocol version: UInt8? = 2) {
    bytes = version.map { [0x80, $0] } ?? []
  }

  /// Adds an instruction, by its letter or code, and what follows it.
  public func op(_ code: UInt8, _ argument: [UInt8] = []) -> PickleText {
    var text = self
    text.bytes += [code] + argument
    return text
  }

  /// Adds an instruction by its letter.
  public func op(_ letter: Character, _ argument: [UInt8] = []) -> PickleText {
    op(letter.asciiValue ?? 0, argument)
  }

  /// Adds a string.
  public func string(_ text: String) -> PickleText {
    op("X", Self.little(UInt32(text.utf8.count)) + Array(text.utf8))
  }

  /// Adds a whole number of 32 bits.
  public func integer(_ number: Int32) -> PickleText {
    op("J", Self.little(UInt32(bitPattern: number)))
  }

  /// Ends it.
  public var ended: [UInt8] { op(".").bytes }

  /// Four bytes, the lowest first.
  public static func little(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
