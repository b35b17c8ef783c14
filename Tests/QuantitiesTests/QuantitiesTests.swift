import Quantities
import Testing

@Suite("Quantities")
struct QuantitiesTests {
  @Test("seconds become the nearest picosecond, halves away from zero")
  func rounding() {
    #expect(SimDuration.rounding(seconds: 1.4e-12) == SimDuration(picoseconds: 1))
    #expect(SimDuration.rounding(seconds: 1.5e-12) == SimDuration(picoseconds: 2))
    #expect(SimDuration.rounding(seconds: -1.5e-12) == SimDuration(picoseconds: -2))
    #expect(SimDuration.rounding(seconds: 1) == SimDuration(picoseconds: 1_000_000_000_000))
    for beyond in [1e7, .infinity, -.infinity, .nan] {
      #expect(SimDuration.rounding(seconds: beyond) == nil)
    }
  }

  @Test("picoseconds become the nearest nanosecond")
  func nanoseconds() {
    let cases: [(Int64, Int64)] = [(0, 0), (499, 0), (500, 1), (1499, 1), (-500, -1), (-499, 0)]
    for (picoseconds, nanoseconds) in cases {
      #expect(SimDuration(picoseconds: picoseconds).nanosecondsRounded == nanoseconds)
    }
  }

  @Test("gigabits per second are 10^9 bits per second")
  func bandwidth() {
    #expect(Bandwidth.gigabitsPerSecond(400).bytesPerSecond == 50e9)
    #expect(Bandwidth(bytesPerSecond: 50e9).gigabitsPerSecond == 400)
    #expect(Bandwidth.gigabitsPerSecond(3435.9738368).bytesPerSecond == 400 * 1_073_741_824)
  }

  @Test(arguments: [
    (0.0, 0, "0"), (0, 3, "0.000"), (1.2345, 3, "1.235"), (-0.0004, 3, "0.000"),
    (-1.5, 0, "-2"), (129.012, 3, "129.012"), (0.05, 1, "0.1"), (.nan, 2, "nan"),
    (-.infinity, 2, "-inf"),
  ])
  func decimals(value: Double, digits: Int, text: String) {
    #expect(fixedPoint(value, digits: digits) == text)
  }
}
