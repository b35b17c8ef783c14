import Quantities
import Simulation

/// The event queue as a replay uses it: a number of events scheduled ahead, and for each that is taken
/// out one that is scheduled, now and then one taken back and scheduled anew.
struct QueueWork {
  var ahead: Int

  func run() -> Counts {
    var random = SeededGenerator(seed: 11)
    var queue = EventQueue<Int32>()
    var handles: [EventQueue<Int32>.Handle] = []
    for number in 0..<ahead {
      handles.append(queue.schedule(Int32(number), at: Self.later(.origin, &random)))
    }
    var counts = Counts()
    while counts.events < 4 * ahead, let event = queue.popNext() {
      counts.events += 1
      let number = Int(event.payload)
      handles[number] = queue.schedule(event.payload, at: Self.later(event.time, &random))
      guard counts.events % 4 == 0 else { continue }
      let other = Int.random(in: 0..<ahead, using: &random)
      queue.cancel(handles[other])
      handles[other] = queue.schedule(Int32(other), at: Self.later(event.time, &random))
    }
    return counts
  }

  private static func later(_ time: SimTime, _ random: inout SeededGenerator) -> SimTime {
    time + SimDuration(picoseconds: Int64.random(in: 1...1_000_000, using: &random))
  }
}
