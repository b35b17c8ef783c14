public import Quantities

/// Events in order of (time, order of scheduling), with handles by which they are moved or taken
/// back. A binary heap; every operation O(log n), none allocates once the queue has grown. Inlinable,
/// so that a payload of another module costs no more.
public struct EventQueue<Payload: Sendable>: Sendable {
  /// Names a scheduled event until it has been taken out.
  public struct Handle: Hashable, Sendable {
    @usableFromInline
    var slot: Int32

    @inlinable
    init(slot: Int32) { self.slot = slot }
  }

  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline var time: SimTime
    @usableFromInline var order: UInt64
    @usableFromInline var slot: Int32
    @usableFromInline var payload: Payload

    @inlinable
    init(time: SimTime, order: UInt64, slot: Int32, payload: Payload) {
      self.time = time
      self.order = order
      self.slot = slot
      self.payload = payload
    }
  }

  @usableFromInline var heap: [Entry] = []
  /// For each handle the place of its entry in the heap.
  @usableFromInline var places: [Int32] = []
  @usableFromInline var freeSlots: [Int32] = []
  @usableFromInline var scheduled: UInt64 = 0

  /// An empty queue.
  @inlinable
  public init() {}

  /// Whether nothing is scheduled.
  @inlinable
  public var isEmpty: Bool { heap.isEmpty }

  /// The time of the next event.
  @inlinable
  public var nextTime: SimTime? { heap.first?.time }

  /// Schedules an event.
  @inlinable
  @discardableResult
  public mutating func schedule(_ payload: Payload, at time: SimTime) -> Handle {
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = Int32(places.count)
      places.append(0)
    }
    heap.append(Entry(time: time, order: scheduled, slot: slot, payload: payload))
    scheduled += 1
    places[Int(slot)] = Int32(heap.count - 1)
    siftUp(heap.count - 1)
    return Handle(slot: slot)
  }

  /// Takes an event back.
  @inlinable
  public mutating func cancel(_ handle: Handle) {
    remove(at: Int(places[Int(handle.slot)]))
  }

  /// Takes out the next event.
  @inlinable
  public mutating func popNext() -> (time: SimTime, payload: Payload)? {
    guard let first = heap.first else { return nil }
    remove(at: 0)
    return (first.time, first.payload)
  }

  @inlinable
  mutating func remove(at place: Int) {
    freeSlots.append(heap[place].slot)
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    places[Int(last.slot)] = Int32(place)
    siftDown(place)
    siftUp(place)
  }

  @inlinable
  func precedes(_ lhs: Int, _ rhs: Int) -> Bool {
    (heap[lhs].time, heap[lhs].order) < (heap[rhs].time, heap[rhs].order)
  }

  @inlinable
  mutating func exchange(_ lhs: Int, _ rhs: Int) {
    heap.swapAt(lhs, rhs)
    places[Int(heap[lhs].slot)] = Int32(lhs)
    places[Int(heap[rhs].slot)] = Int32(rhs)
  }

  @inlinable
  mutating func siftUp(_ start: Int) {
    var place = start
    while place > 0, precedes(place, (place - 1) / 2) {
      exchange(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  @inlinable
  mutating func siftDown(_ start: Int) {
    var place = start
    while true {
      var smallest = place
      let left = 2 * place + 1
      if left < heap.count, precedes(left, smallest) { smallest = left }
      if left + 1 < heap.count, precedes(left + 1, smallest) { smallest = left + 1 }
      if smallest == place { return }
      exchange(place, smallest)
      place = smallest
    }
  }
}
