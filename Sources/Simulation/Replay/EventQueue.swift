public import Quantities

/// Events in order of (time, order of scheduling), with handles by which they are moved or taken
/// back. A heap of four children a node, whose entries lie together: half the levels of a binary one.
/// Every operation O(log n), none allocates once the queue has grown. Inlinable, so that a payload of
/// another module costs no more.
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

    @inlinable
    static func precedes(_ lhs: Entry, _ rhs: Entry) -> Bool {
      lhs.time != rhs.time ? lhs.time < rhs.time : lhs.order < rhs.order
    }
  }

  @inlinable static var arity: Int { 4 }

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
    let entry = Entry(time: time, order: scheduled, slot: slot, payload: payload)
    scheduled += 1
    heap.append(entry)
    place(entry, at: heap.count - 1)
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
    self.place(last, at: place)
  }

  /// Puts an entry where it belongs, with a hole at `start` that others move into on the way there:
  /// up, and if that is nowhere, down.
  @inlinable
  mutating func place(_ entry: Entry, at start: Int) {
    let count = heap.count
    heap.withUnsafeMutableBufferPointer { heap in
      places.withUnsafeMutableBufferPointer { places in
        guard let heap = heap.baseAddress, let places = places.baseAddress else { return }
        var hole = start
        while hole > 0 {
          let parent = (hole &- 1) / Self.arity
          guard Entry.precedes(entry, heap[parent]) else { break }
          heap[hole] = heap[parent]
          places[Int(heap[hole].slot)] = Int32(truncatingIfNeeded: hole)
          hole = parent
        }
        // What has moved up precedes all that was below it.
        while hole >= start {
          let first = Self.arity &* hole &+ 1
          guard first < count else { break }
          let end = min(first &+ Self.arity, count)
          var child = first
          var other = first &+ 1
          while other < end {
            if Entry.precedes(heap[other], heap[child]) { child = other }
            other &+= 1
          }
          guard Entry.precedes(heap[child], entry) else { break }
          heap[hole] = heap[child]
          places[Int(heap[hole].slot)] = Int32(truncatingIfNeeded: hole)
          hole = child
        }
        heap[hole] = entry
        places[Int(entry.slot)] = Int32(truncatingIfNeeded: hole)
      }
    }
  }
}
