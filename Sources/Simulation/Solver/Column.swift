/// A growable array of plain values with one owner, for hot loops.
///
/// Unlike an `Array` it is never copied, and its bounds are checked in debug builds only: indices
/// into it are numbers that the tables around it handed out themselves.
struct Column<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count: Int

  init() {
    capacity = 16
    count = 0
    base = .allocate(capacity: capacity)
  }

  init(repeating value: Element, count: Int) {
    self.init()
    append(repeating: value, count: count)
  }

  deinit { base.deallocate() }

  var isEmpty: Bool { count == 0 }

  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      return base[index]
    }
    // One field of a wide element is changed in place.
    nonmutating _modify {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      yield &base[index]
    }
  }

  subscript(index: Int32) -> Element {
    get { self[Int(index)] }
    nonmutating _modify { yield &self[Int(index)] }
  }

  private mutating func reserve(_ needed: Int) {
    guard needed > capacity else { return }
    let larger = max(needed, 2 * capacity)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    moved.moveInitialize(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  /// The elements themselves, for a loop that changes nothing's length.
  var elements: UnsafeMutablePointer<Element> { base }

  /// Makes the count `more` larger than it was, elements as they happen to be.
  mutating func extend(by more: Int) {
    reserve(count + more)
    count += more
  }

  mutating func removeLast(_ fewer: Int) { count -= fewer }

  mutating func append(_ value: Element) {
    reserve(count + 1)
    (base + count).initialize(to: value)
    count += 1
  }

  mutating func append(repeating value: Element, count more: Int) {
    reserve(count + more)
    (base + count).initialize(repeating: value, count: more)
    count += more
  }

  mutating func popLast() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    return base[count]
  }

  /// Empties it and keeps its memory.
  mutating func removeAll() { count = 0 }

  /// Sorts in place.
  func sort(by precedes: (Element, Element) -> Bool) {
    var buffer = UnsafeMutableBufferPointer(start: base, count: count)
    buffer.sort(by: precedes)
  }
}
