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
}

// MARK: As a binary heap

extension Column {
  /// Puts the element that precedes all others first, in place.
  func makeHeap(by precedes: (Element, Element) -> Bool) {
    for place in stride(from: count / 2 - 1, through: 0, by: -1) {
      siftDown(from: place, below: count, by: precedes)
    }
  }

  /// Exchanges the first of a heap of `rest + 1` elements with its last, so that `rest` are a heap.
  func moveFirst(behind rest: Int, by precedes: (Element, Element) -> Bool) {
    (base[0], base[rest]) = (base[rest], base[0])
    siftDown(from: 0, below: rest, by: precedes)
  }

  private func siftDown(
    from start: Int, below end: Int, by precedes: (Element, Element) -> Bool
  ) {
    var place = start
    while 2 * place + 1 < end {
      var child = 2 * place + 1
      if child + 1 < end, precedes(base[child + 1], base[child]) { child += 1 }
      guard precedes(base[child], base[place]) else { return }
      (base[place], base[child]) = (base[child], base[place])
      place = child
    }
  }
}
