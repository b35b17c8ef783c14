import Quantities
import Simulation
import TestSupport
import Testing

@Suite("Event queue")
struct EventQueueTests {
  @Test("events of one instant come in the order of scheduling")
  func stableOrder() {
    var queue = EventQueue<Int>()
    for number in 0..<100 {
      queue.schedule(number, at: SimTime(picoseconds: Int64(number % 3)))
    }
    var taken: [Int] = []
    while let event = queue.popNext() { taken.append(event.payload) }
    #expect(taken == (0..<100).sorted { ($0 % 3, $0) < ($1 % 3, $1) })
  }

  @Test("agrees with a sorted list under scheduling, taking back and taking out")
  func againstList() {
    for seed in UInt64(1)...50 {
      var random = SeededGenerator(seed: seed)
      var queue = EventQueue<Int>()
      var list: [(time: Int64, number: Int, handle: EventQueue<Int>.Handle)] = []
      for number in 0..<400 {
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where !list.isEmpty:
          let gone = list.remove(at: Int.random(in: list.indices, using: &random))
          queue.cancel(gone.handle)
        case 1 where !list.isEmpty:
          let first = list.indices.min {
            (list[$0].time, list[$0].number) < (list[$1].time, list[$1].number)
          }
          let expected = list.remove(at: first ?? 0)
          let event = queue.popNext()
          #expect(event?.payload == expected.number, "seed \(seed)")
          #expect(event?.time.picoseconds == expected.time, "seed \(seed)")
        default:
          let time = Int64.random(in: 0..<50, using: &random)
          list.append((time, number, queue.schedule(number, at: SimTime(picoseconds: time))))
        }
        #expect(queue.isEmpty == list.isEmpty)
      }
    }
  }
}
