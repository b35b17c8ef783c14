/// How the fields of a protobuf message are laid out on the wire, without what they mean: tells a
/// message of one kind from bytes that are none.
///
/// A decoder takes a known field in an unexpected encoding for an unknown one and drops it without a
/// word; here it is a fault.
struct WireShape {
  /// How a field may be encoded.
  enum Encoding {
    case varint, bytes
    /// A list of numbers: packed, or one by one.
    case numbers
  }

  /// The encodings of fields that are known, by number from 1 on.
  let fields: [Encoding]

  /// A node of a Chakra trace.
  static let node = WireShape(fields: [
    .varint, .bytes, .varint, .numbers, .numbers, .varint, .varint, .bytes, .bytes, .bytes,
  ])

  /// The metadata at the head of a Chakra trace.
  static let metadata = WireShape(fields: [.bytes, .bytes])

  /// The first thing in `message` that is out of shape.
  ///
  /// - Parameter isStrict: whether fields beyond the known ones are out of shape as well.
  /// - Returns: the byte at which it stands and what it is, in a clause; `nil` where all is well.
  func fault(
    in message: ArraySlice<UInt8>, isStrict: Bool = false
  ) -> (offset: Int, problem: String)? {
    var rest = message
    while !rest.isEmpty {
      let offset = rest.startIndex - message.startIndex
      guard let key = Self.varint(&rest) else { return (offset, "a field is cut short") }
      let (number, type) = (key >> 3, key & 7)
      guard number > 0, number < 1 << 29 else { return (offset, "\(number) is no field's number") }
      if number <= fields.count {
        guard Self.allows(fields[Int(number) - 1], type) else {
          return (offset, "field \(number) has the wrong wire type \(type)")
        }
      } else if isStrict {
        return (offset, "field \(number) is unknown")
      }
      guard Self.skip(type, &rest) else {
        return (offset, "field \(number) is cut short or of the unknown wire type \(type)")
      }
    }
    return nil
  }

  private static func allows(_ encoding: Encoding, _ type: UInt64) -> Bool {
    switch encoding {
    case .varint: type == 0
    case .bytes: type == 2
    case .numbers: type == 0 || type == 2
    }
  }

  private static func skip(_ type: UInt64, _ rest: inout ArraySlice<UInt8>) -> Bool {
    let count: UInt64
    switch type {
    case 0: return varint(&rest) != nil
    case 1: count = 8
    case 2:
      guard let length = varint(&rest) else { return false }
      count = length
    case 5: count = 4
    default: return false
    }
    guard count <= UInt64(rest.count) else { return false }
    rest = rest.dropFirst(Int(count))
    return true
  }

  /// Takes a varint off the front of `rest`; `nil` where it is cut short or longer than 64 bits.
  static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.first {
      rest = rest.dropFirst()
      if shift == 63, byte > 1 { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}

extension WireShape {
  /// Whether `head`, the beginning of a file, is that of a Chakra trace: metadata and then a node, each
  /// behind its length.
  ///
  /// A head that ends early is taken for one as far as it goes, once its metadata stands.
  static func beginsChakraTrace(_ head: ArraySlice<UInt8>) -> Bool {
    var rest = head
    guard let size = varint(&rest), size < 1 << 26 else { return false }
    let first = rest.prefix(Int(size))
    rest = rest.dropFirst(first.count)
    guard first.count == Int(size) else {
      // The first field is enough where the metadata are longer than the head.
      return [0x0A, 0x12].contains(first.first) && first.count > 1 << 15
    }
    guard metadata.fault(in: first, isStrict: true) == nil else { return false }
    guard !rest.isEmpty else { return size > 0 }
    guard let length = varint(&rest), length > 0 else { return size > 0 }
    guard Int(clamping: length) <= rest.count else { return size > 0 }
    return size > 0 || node.fault(in: rest.prefix(Int(length))) == nil
  }
}
