import Glibc
import Trace

/// Names of events by the bytes that spell them, so that a name is decoded, checked and looked into
/// once, however many events bear it.
struct EventNames {
  /// What is known of a name.
  struct Entry {
    /// Its number in the rank's `names`; `nil` until an event that is kept bears it.
    var number: Int32?
    /// What a runtime call of this name does; `nil` for what doesn't matter.
    var role: KinetoCollector.RuntimeCall.Role?
    /// Whether the arguments of a host operation of this name are kept.
    var keepsArguments: Bool
    fileprivate var hash: UInt64
    fileprivate var start: Int
    fileprivate var count: Int
  }

  private(set) var table = NameTable()
  private var entries: [Entry] = []
  /// Places in `entries`, by hash; open addressing, a power of two of slots, half of them empty.
  private var slots: [Int32] = Array(repeating: free, count: 256)
  /// The spellings, one behind the other.
  private var spellings: [UInt8] = []

  private static let free: Int32 = -1

  /// What is known of the name that `spelling` spells.
  subscript(_ place: Int) -> Entry { entries[place] }

  /// The place of a name. O(bytes), expected.
  ///
  /// - Parameter decode: gives the text of a name that is new.
  mutating func place(
    _ spelling: UnsafeRawBufferPointer, decode: () throws -> String
  ) rethrows -> Int {
    let hash = Self.hash(spelling)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != Self.free {
      let place = Int(slots[slot])
      if entries[place].hash == hash, isSpelled(entries[place], spelling) { return place }
      slot = (slot + 1) & (slots.count - 1)
    }
    let text = try decode()
    slots[slot] = Int32(entries.count)
    entries.append(
      Entry(
        role: KinetoCollector.RuntimeCall.Role(text),
        keepsArguments: KinetoCollector.HostSpan.keepsArguments(named: text), hash: hash,
        start: spellings.count, count: spelling.count))
    spellings.append(contentsOf: spelling)
    if entries.count * 2 > slots.count { grow() }
    return entries.count - 1
  }

  /// The number of a name in the rank's `names`.
  mutating func number(of place: Int, decode: () throws -> String) rethrows -> Int32 {
    if let number = entries[place].number { return number }
    let number = table.intern(try decode())
    entries[place].number = number
    return number
  }

  private func isSpelled(_ entry: Entry, _ spelling: UnsafeRawBufferPointer) -> Bool {
    guard entry.count == spelling.count, entry.count > 0 else {
      return entry.count == spelling.count
    }
    // Asked for every event, of names of some hundred bytes: a sequence compares them one by one.
    return spellings.withUnsafeBytes { known in
      guard let known = known.baseAddress, let spelled = spelling.baseAddress else { return false }
      return memcmp(known + entry.start, spelled, entry.count) == 0
    }
  }

  private mutating func grow() {
    slots = Array(repeating: Self.free, count: slots.count * 4)
    for (place, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
      while slots[slot] != Self.free { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(place)
    }
  }

  /// Eight bytes at a time, each multiplied into 128 bits and folded, as wyhash does. It orders
  /// nothing that anyone sees.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
    var index = 0
    while index &+ 8 <= bytes.count {
      hash = mixed(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index &+= 8
    }
    var tail: UInt64 = 0
    while index < bytes.count {
      tail = tail << 8 | UInt64(bytes[index])
      index &+= 1
    }
    return mixed(hash ^ tail)
  }

  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
