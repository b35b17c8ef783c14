/// Numbers in order of (key, number): a heap with the place of each, so that a key can be changed.
///
/// Four children a node, keys beside the numbers: half the levels of a binary heap, and the children
/// of a node lie together. Every operation O(log n); none allocates once the columns have grown.
struct KeyQueue: ~Copyable {
  private static var absent: Int32 { -1 }
  private static var arity: Int { 4 }

  struct Entry {
    var key: Double
    var number: Int32

    static func < (lhs: Entry, rhs: Entry) -> Bool {
      lhs.key != rhs.key ? lhs.key < rhs.key : lhs.number < rhs.number
    }
  }

  private var heap = Column<Entry>()
  /// By number: where in the heap it is.
  private(set) var places = Column<Int32>()

  init(count: Int) { grow(to: count) }

  /// Makes room for numbers below `count`.
  mutating func grow(to count: Int) {
    let more = count - places.count
    if more > 0 { places.append(repeating: Self.absent, count: more) }
  }

  var isEmpty: Bool { heap.isEmpty }

  var count: Int { heap.count }

  /// The lowest key; infinite where there is none.
  var lowestKey: Double { heap.isEmpty ? .infinity : heap[0].key }

  /// The number with the lowest key.
  var first: Int? { heap.isEmpty ? nil : Int(heap[0].number) }

  func contains(_ number: Int) -> Bool { places[number] != Self.absent }

  /// Inserts a number, or gives it another key.
  mutating func set(_ number: Int, key: Double) {
    let place = Int(places[number])
    let entry = Entry(key: key, number: Int32(number))
    if place < 0 {
      heap.append(entry)
      siftUp(heap.count - 1, entry)
    } else if key > heap[place].key {
      siftDown(place, entry)
    } else if key < heap[place].key {
      siftUp(place, entry)
    }
  }

  mutating func remove(_ number: Int) {
    let place = Int(places[number])
    guard place >= 0, let last = heap.popLast() else { return }
    places[number] = Self.absent
    guard place < heap.count else { return }
    if place > 0, last < heap[(place - 1) / Self.arity] {
      siftUp(place, last)
    } else {
      siftDown(place, last)
    }
  }

  mutating func popFirst() -> Int? {
    guard let first else { return nil }
    remove(first)
    return first
  }

  // MARK: Many at once

  /// Inserts a number, or gives it another key, without putting it in order: `restoreOrder()` must
  /// follow.
  mutating func setUnordered(_ number: Int, key: Double) {
    let place = Int(places[number])
    if place < 0 {
      places[number] = Int32(heap.count)
      heap.append(Entry(key: key, number: Int32(number)))
    } else {
      heap[place].key = key
    }
  }

  mutating func removeUnordered(_ number: Int) {
    let place = Int(places[number])
    guard place >= 0, let last = heap.popLast() else { return }
    places[number] = Self.absent
    guard place < heap.count else { return }
    heap[place] = last
    places[last.number] = Int32(place)
  }

  /// Puts all in order. O(n).
  mutating func restoreOrder() {
    guard heap.count > 1 else { return }
    for place in stride(from: (heap.count - 2) / Self.arity, through: 0, by: -1) {
      siftDown(place, heap[place])
    }
  }

  // MARK: Order

  private func siftUp(_ start: Int, _ moving: Entry) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / Self.arity
      guard moving < heap[parent] else { break }
      heap[place] = heap[parent]
      places[heap[place].number] = Int32(place)
      place = parent
    }
    heap[place] = moving
    places[moving.number] = Int32(place)
  }

  private func siftDown(_ start: Int, _ moving: Entry) {
    var place = start
    while true {
      let first = Self.arity * place + 1
      guard first < heap.count else { break }
      var child = first
      for other in first + 1..<max(first + 1, min(first + Self.arity, heap.count))
      where heap[other] < heap[child] { child = other }
      guard heap[child] < moving else { break }
      heap[place] = heap[child]
      places[heap[place].number] = Int32(place)
      place = child
    }
    heap[place] = moving
    places[moving.number] = Int32(place)
  }
}
