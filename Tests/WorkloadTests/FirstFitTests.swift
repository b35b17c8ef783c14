import Quantities
import TestSupport
import Testing

@testable import Workload

@Suite("First fit")
struct FirstFitTests {
  @Test("spans go where a look at every track would put them", arguments: [1, 2, 3, 4])
  func againstSearch(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var (fits, ends, start) = (FirstFit(), [Int64](), Int64(0))
    for _ in 0..<2000 {
      start += Int64.random(in: 0...3, using: &generator)
      let end = start + Int64.random(in: 0...(seed == 4 ? 3000 : 40), using: &generator)
      let expected = ends.firstIndex { $0 <= start } ?? ends.count
      if expected == ends.count { ends.append(end) } else { ends[expected] = end }
      #expect(fits.place(from: .nanoseconds(start), until: .nanoseconds(end)) == expected)
    }
    #expect(ends.count > 8)
  }
}
