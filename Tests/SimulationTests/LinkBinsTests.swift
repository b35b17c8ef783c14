import Quantities
import TestSupport
import Testing

@testable import Simulation

@Suite("Bins of what links carry")
struct LinkBinsTests {
  /// A rate over a span.
  private struct Piece {
    var first: Int64
    var last: Int64
    var rate: Double

    /// Its bytes between two times, by definition.
    func bytes(_ from: Int64, _ to: Int64) -> Double {
      Double(max(0, min(last, to) - max(first, from))) * 1e-12 * rate
    }
  }

  private static func pieces(_ random: inout SeededGenerator) -> [Piece] {
    var now = Int64.random(in: 0..<5_000, using: &random)
    let scale = Int64.random(in: 1...1 << 30, using: &random)
    return (0..<Int.random(in: 1...400, using: &random)).map { _ in
      let first =
        now + Int64.random(in: 0...scale, using: &random)
        * Int64.random(
          in: 0...1, using: &random)
      now = first + Int64.random(in: 0...scale, using: &random)
      return Piece(
        first: first, last: now, rate: Double.random(in: 0...1e12, using: &random))
    }
  }

  @Test("each bin holds what flows in its time, and all together everything")
  func againstDefinition() {
    for seed in UInt64(1)...200 {
      var random = SeededGenerator(seed: seed)
      let pieces = Self.pieces(&random)
      let start = pieces[0].first
      var bins = LinkBins(from: SimTime(picoseconds: start))
      for piece in pieces {
        bins.add(
          rate: piece.rate, from: SimTime(picoseconds: piece.first),
          to: SimTime(picoseconds: piece.last))
      }
      let end = SimTime(picoseconds: pieces[pieces.count - 1].last)
      let width = bins.width * (seed % 3 == 0 ? 4 : 1)
      let series = bins.series(width: width, until: end)
      #expect(series.bytes.count <= LinkBins.count)
      let total = pieces.reduce(0) { $0 + $1.bytes(.min / 2, .max / 2) }
      let slack = 1e-6 * total
      let sum = series.bytes.reduce(0) { $0 + Double($1) }
      #expect((sum - total).magnitude <= slack, "seed \(seed)")
      for bin in series.bytes.indices {
        let from = start + Int64(bin) * width.picoseconds
        let expected = pieces.reduce(0) { $0 + $1.bytes(from, from + width.picoseconds) }
        let error = (Double(series.bytes[bin]) - expected).magnitude
        #expect(error <= slack, "seed \(seed), bin \(bin)")
      }
    }
  }

  @Test("twenty days in 64 bins of 1 ns · 2^k")
  func longest() {
    var bins = LinkBins(from: .origin)
    let day: Int64 = 86_400_000_000_000_000
    for hour in 0..<480 {
      let start = SimTime(picoseconds: Int64(hour) * (day / 24))
      bins.add(rate: 1e9, from: start, to: start + SimDuration(picoseconds: day / 48))
    }
    let series = bins.series(width: bins.width, until: SimTime(picoseconds: 20 * day))
    #expect(series.bytes.count > 32 && series.bytes.count <= 64)
    var width = series.width.picoseconds
    #expect(width % 1000 == 0)
    width /= 1000
    #expect(width.nonzeroBitCount == 1)
    let sum = series.bytes.reduce(0) { $0 + Double($1) }
    let error = (sum / 864e12 - 1).magnitude
    #expect(error < 1e-6)
  }

  @Test("links of one replay have bins alike; one that carries nothing has none")
  func meters() throws {
    var meters = LinkMeters(linkCount: 3)
    func time(_ nanoseconds: Int64) -> SimTime { .nanoseconds(nanoseconds) }
    meters.set(LinkID(index: 0), usage: 2e9, capacity: 4e9, at: time(100))
    meters.set(LinkID(index: 0), usage: 0, capacity: 4e9, at: time(110))
    meters.set(LinkID(index: 2), usage: 1e9, capacity: 4e9, at: time(500))
    let outcomes = {
      meters.set(LinkID(index: 2), usage: 0, capacity: 4e9, at: time(1_100))
      return meters.finish(at: time(1_100))
    }()
    #expect(outcomes[1].series == nil)
    let first = try #require(outcomes[0].series)
    let last = try #require(outcomes[2].series)
    // From 100 to 1,100 ns: 63 bins of 16 ns.
    #expect(first.start == time(100) && last.start == time(100))
    #expect(first.width == .nanoseconds(16) && last.width == .nanoseconds(16))
    #expect(first.bytes == [20] + Array(repeating: 0, count: 62))
    #expect(last.bytes[25] == 16 && last.bytes[24] == 0 && last.bytes[62] == 8)
    #expect(last.bytes.reduce(0, +) == 600)
    #expect(last.start(ofBin: 25) == time(500))
    #expect(last.utilization(ofBin: 30, capacity: 4e9) == 0.25)
  }
}
