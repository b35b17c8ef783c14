/// Opcodes of Python's pickle, as far as a reader of plain data needs to know them by name.
///
/// Source: `Lib/pickletools.py` of CPython, which states all protocols, 0 to 5.
enum PickleOpcode {
  /// Those that are carried out: protocol 2's containers, strings, numbers, booleans, None, the memo.
  enum Known: UInt8 {
    case mark = 0x28
    case emptyTuple = 0x29
    case stop = 0x2E
    case binaryFloat = 0x47
    case binaryInt = 0x4A
    case binaryInt1 = 0x4B
    case binaryInt2 = 0x4D
    case none = 0x4E
    case binaryString = 0x54
    case shortBinaryString = 0x55
    case binaryUnicode = 0x58
    case emptyList = 0x5D
    case append = 0x61
    case appends = 0x65
    case get = 0x68
    case longGet = 0x6A
    case put = 0x71
    case longPut = 0x72
    case setItem = 0x73
    case tuple = 0x74
    case setItems = 0x75
    case emptyDict = 0x7D
    case proto = 0x80
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case newTrue = 0x88
    case newFalse = 0x89
    case long1 = 0x8A
    case long4 = 0x8B
  }

  /// What an unpickler would import, call or look up elsewhere on meeting it.
  private static let executing: [UInt8: String] = [
    0x50: "PERSID", 0x51: "BINPERSID", 0x52: "REDUCE", 0x62: "BUILD", 0x63: "GLOBAL",
    0x69: "INST", 0x6F: "OBJ", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4",
    0x92: "NEWOBJ_EX", 0x93: "STACK_GLOBAL", 0x97: "NEXT_BUFFER",
  ]

  /// Harmless, but nothing that a flight recorder writes.
  private static let others: [UInt8: String] = [
    0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES",
    0x46: "FLOAT", 0x49: "INT", 0x4C: "LONG", 0x53: "STRING", 0x56: "UNICODE", 0x64: "DICT",
    0x67: "GET", 0x6C: "LIST", 0x70: "PUT", 0x8C: "SHORT_BINUNICODE", 0x8D: "BINUNICODE8",
    0x8E: "BINBYTES8", 0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x94: "MEMOIZE",
    0x95: "FRAME", 0x96: "BYTEARRAY8", 0x98: "READONLY_BUFFER",
  ]

  /// Why a byte is not carried out: its name, and whether carrying it out could run code.
  static func refusal(_ byte: UInt8) -> (name: String, executes: Bool) {
    if let name = executing[byte] { return (name, true) }
    let digits = String(byte, radix: 16)
    return (others[byte] ?? "0x" + (digits.utf8.count < 2 ? "0" : "") + digits, false)
  }
}
