import Trace

/// A number for each event or operation of a rank, or none: 4 bytes each, where a dictionary would be a
/// quarter of the time that making a graph takes.
struct EventIndex {
  private var numbers: [Int32]

  /// None for any of `count`.
  init(count: Int) { numbers = Array(repeating: EventTable.none, count: count) }

  /// The number of one. O(1).
  subscript(event: Int) -> Int? {
    get { numbers[event] == EventTable.none ? nil : Int(numbers[event]) }
    set { numbers[event] = newValue.map(Int32.init) ?? EventTable.none }
  }
}
