public import Quantities

/// Events in order of (time, order of scheduling), with handles by which they are moved or taken
/// back. A binary heap; every operation O(log n), none allocates once the queue has grown.
public struct EventQueue<Payload: Sendable>: Sendable {
  /// Names a scheduled event until it has been taken out.
  public struct Handle: Hashable, Sendable {
    var slot: Int32
  }

  private struct Entry: Sendable {
    var time: SimTime
    var order: UInt64
    var slot: Int32
    var payload: Payload
  }

  private var heap: [Entry] = []
  /// For each handle the place of its entry in the heap.
  private var places: [Int32] = []
  private var freeSlots: [Int32] = []
  private var scheduled: UInt64 = 0

  /// An empty queue.
  public init() {}

  /// Whether nothing is scheduled.
  public var isEmpty: Bool { heap.isEmpty }

  /// The time of the next event.
  public var nextTime: SimTime? { heap.first?.time }

  /// Schedules an event.
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
  public mutating func cancel(_ handle: Handle) {
    remove(at: Int(places[Int(handle.slot)]))
  }

  /// Takes out the next event.
  public mutating func popNext() -> (time: SimTime, payload: Payload)? {
    guard let first = heap.first else { return nil }
    remove(at: 0)
    return (first.time, first.payload)
  }

  private mutating func remove(at place: Int) {
    freeSlots.append(heap[place].slot)
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    places[Int(last.slot)] = Int32(place)
    siftDown(place)
    siftUp(place)
  }

  private func precedes(_ lhs: Int, _ rhs: Int) -> Bool {
    (heap[lhs].time, heap[lhs].order) < (heap[rhs].time, heap[rhs].order)
  }

  private mutating func exchange(_ lhs: Int, _ rhs: Int) {
    heap.swapAt(lhs, rhs)
    places[Int(heap[lhs].slot)] = Int32(lhs)
    places[Int(heap[rhs].slot)] = Int32(rhs)
  }

  private mutating func siftUp(_ start: Int) {
    var place = start
    while place > 0, precedes(place, (place - 1) / 2) {
      exchange(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func siftDown(_ start: Int) {
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
