/// Many heaps over one set of numbers, each number in at most one: for each link the transfers that
/// it owns, in order of (key, number).
///
/// Pairing heaps (Fredman, Sedgewick, Sleator and Tarjan, Algorithmica 1, 1986): inserting is O(1),
/// taking out O(log n) amortised, and the links between nodes are columns, so nothing is allocated.
struct CompletionHeaps: ~Copyable {
  static var none: Int32 { -1 }

  /// By heap: the number with the lowest key.
  private(set) var root = Column<Int32>()
  // By number.
  private(set) var key = Column<Double>()
  private var child = Column<Int32>()
  private var next = Column<Int32>()
  /// The sibling before, or the parent of a first child.
  private var previous = Column<Int32>()

  mutating func grow(heaps: Int, numbers: Int) {
    if heaps > root.count { root.append(repeating: Self.none, count: heaps - root.count) }
    let more = numbers - key.count
    guard more > 0 else { return }
    key.append(repeating: 0, count: more)
    child.append(repeating: Self.none, count: more)
    next.append(repeating: Self.none, count: more)
    previous.append(repeating: Self.none, count: more)
  }

  func isEmpty(_ heap: Int) -> Bool { root[heap] == Self.none }

  func insert(_ number: Int, key value: Double, into heap: Int) {
    key[number] = value
    child[number] = Self.none
    next[number] = Self.none
    previous[number] = Self.none
    root[heap] = root[heap] == Self.none ? Int32(number) : meld(root[heap], Int32(number))
  }

  func remove(_ number: Int, from heap: Int) {
    let rest = mergeChildren(Int32(number))
    if root[heap] == Int32(number) {
      root[heap] = rest
      return
    }
    let (before, after) = (previous[number], next[number])
    if child[before] == Int32(number) { child[before] = after } else { next[before] = after }
    if after != Self.none { previous[after] = before }
    if rest != Self.none { root[heap] = meld(root[heap], rest) }
  }

  private func precedes(_ lhs: Int32, _ rhs: Int32) -> Bool {
    let (a, b) = (key[lhs], key[rhs])
    return a != b ? a < b : lhs < rhs
  }

  /// Makes the later of two roots the first child of the other.
  private func meld(_ lhs: Int32, _ rhs: Int32) -> Int32 {
    let (parent, below) = precedes(lhs, rhs) ? (lhs, rhs) : (rhs, lhs)
    next[below] = child[parent]
    if child[parent] != Self.none { previous[child[parent]] = below }
    previous[below] = parent
    child[parent] = below
    next[parent] = Self.none
    previous[parent] = Self.none
    return parent
  }

  /// Takes the children off a number and makes one heap of them: pairs from the left, then all from
  /// the right.
  private func mergeChildren(_ number: Int32) -> Int32 {
    var pairs = Self.none
    var rest = child[number]
    child[number] = Self.none
    while rest != Self.none {
      let first = rest
      let second = next[first]
      rest = second == Self.none ? Self.none : next[second]
      let pair = second == Self.none ? first : meldDetached(first, second)
      // Pairs are chained through `next`, the last on top.
      next[pair] = pairs
      pairs = pair
    }
    guard pairs != Self.none else { return Self.none }
    var merged = pairs
    var left = next[merged]
    while left != Self.none {
      let following = next[left]
      merged = meldDetached(merged, left)
      left = following
    }
    next[merged] = Self.none
    previous[merged] = Self.none
    return merged
  }

  private func meldDetached(_ lhs: Int32, _ rhs: Int32) -> Int32 {
    next[lhs] = Self.none
    next[rhs] = Self.none
    return meld(lhs, rhs)
  }
}
