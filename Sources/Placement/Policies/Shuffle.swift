/// A fixed sequence of numbers: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). A placement drawn with
/// a seed is the same in every version and on every machine.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`: the high half of the 128-bit product of the next number and `bound`. Its
  /// bias is below `bound` / 2^64.
  mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// `items` in random order: Fisher and Yates, from the end to the front, the item at i exchanged
  /// with that at `next(below: i + 1)`.
  mutating func shuffled<Item>(_ items: some Sequence<Item>) -> [Item] {
    var items = Array(items)
    for i in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(i, next(below: i + 1))
    }
    return items
  }
}
