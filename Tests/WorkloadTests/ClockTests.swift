import Quantities
import TestSupport
import Testing
import Trace

@testable import Workload

@Suite("Clocks")
struct ClockTests {
  /// Ranks of several hosts that meet again and again; a clock reads `true time + error`.
  private struct Job {
    /// Of each host what its clock shows too much, in µs.
    var errors: [Double]
    /// Of each host what its clock gains, in parts per million.
    var drifts: [Double] = []
    var ranksPerHost = 2
    var meetings = 24
    /// Ends lie within so many µs of one another, starts within so many.
    var endNoise = 3.0
    var startNoise = 400.0
    var transfer = 900.0
    var period = 4000.0
    var kind = EventKind.kernel
    var call = RankFixture.allReduce(1 << 20)

    func trace(seed: UInt64) -> Trace {
      var random = SeededGenerator(seed: seed)
      let count = errors.count * ranksPerHost
      var fixtures = (0..<count).map { RankFixture($0) }
      for rank in 0..<count { fixtures[rank].rank.host = "host \(rank / ranksPerHost)" }
      for meeting in 0..<meetings {
        let begin = Double(meeting) * period
        let starts = (0..<count).map { _ in
          begin + Double.random(in: 0...startNoise, using: &random)
        }
        let end = (starts.max() ?? 0) + transfer
        for rank in 0..<count {
          let shown = { (time: Double) in
            let host = rank / ranksPerHost
            let drift = drifts.isEmpty ? 0 : drifts[host] * 1e-6
            return Int64((1_000_000 + time + errors[host] + drift * time).rounded())
          }
          let (start, stop) = (
            shown(starts[rank]), shown(end + Double.random(in: 0...endNoise, using: &random))
          )
          fixtures[rank].add(kind, lane: 1, at: start, for: stop - start, call)
        }
      }
      return RankFixture.trace(fixtures)
    }
  }

  private func align(_ trace: Trace) -> ClockAlignment {
    ClockAlignment(trace, events: trace.ranks.map { Array($0.events.indices) })
  }

  /// How far apart the hosts' clocks are in truth, over all meetings, at most: in µs.
  private func worst(_ job: Job, _ alignment: ClockAlignment?) -> Double {
    var worst = 0.0
    for meeting in 0..<job.meetings {
      let time = Double(meeting) * job.period
      let shown = job.errors.indices.map { host in
        let drift = job.drifts.isEmpty ? 0 : job.drifts[host] * 1e-6
        let clock = 1_000_000 + time + job.errors[host] + drift * time
        guard let alignment else { return clock }
        let map = alignment.maps[host * job.ranksPerHost]
        return Double(map(.nanoseconds(Int64(clock * 1000))).nanosecondsRounded) / 1000
      }
      worst = max(worst, (shown.max() ?? 0) - (shown.min() ?? 0))
    }
    return worst
  }

  @Test("ranks of one host are never moved against one another, whatever their ends say")
  func oneHost() {
    var job = Job(errors: [0, 5000], ranksPerHost: 1)
    job.endNoise = 3
    var trace = job.trace(seed: 1)
    for index in trace.ranks.indices { trace.ranks[index].host = "one" }
    let alignment = align(trace)
    #expect(Set(alignment.maps.map(\.offset)).count == 1)
    #expect(alignment.report.hosts.map(\.status) == [.reference])
    #expect(alignment.assumption?.text == "clocks of the traced ranks are taken as recorded")
    // What they say is told.
    #expect((alignment.report.endSpread?.median ?? .zero) > .nanoseconds(4_000_000))
  }

  @Test("an offset is found to the noise of the ends", arguments: [5000.0, -5000, 40, 0])
  func offset(error: Double) throws {
    let job = Job(errors: [0, error])
    let alignment = align(job.trace(seed: 2))
    #expect(alignment.report.hosts.map(\.status) == [.reference, .fitted])
    #expect(worst(job, alignment) <= 3)
    let residual = try #require(alignment.report.hosts[1].residual)
    #expect(residual.median <= .nanoseconds(3000))
    #expect(alignment.report.endingTogether == job.meetings)
    let found = try #require(alignment.report.hosts[1].offset)
    #expect(abs(found.seconds * 1e6 + error) <= 3)
  }

  @Test("a drift is found where there are enough meetings")
  func drift() {
    let job = Job(errors: [0, 700, -1200], drifts: [0, 300, -150], meetings: 40, period: 50_000)
    let trace = job.trace(seed: 3)
    let alignment = align(trace)
    #expect(worst(job, nil) > 1000)
    #expect(worst(job, alignment) <= 4)
    #expect(abs(alignment.report.hosts[1].driftPPM + 300) < 5)
    // A clock that drifts keeps the order of a rank's events.
    let mapped = trace.ranks[2].events.indices.map { alignment.maps[2](trace.ranks[2].events[$0]) }
    #expect(zip(mapped, mapped.dropFirst()).allSatisfy { $0.end <= $1.start })
  }

  @Test("clocks of different epochs are brought together")
  func epochs() {
    let job = Job(errors: [0, 250])
    var trace = job.trace(seed: 4)
    for rank in 2..<4 { trace.ranks[rank].originNanoseconds = 1_795_382_662_607_273_050 }
    let alignment = align(trace)
    #expect(alignment.report.hosts[1].status == .fitted)
    #expect(alignment.report.hosts[1].offset == nil)
    let ends = trace.ranks.indices.map { rank in
      alignment.maps[rank](trace.ranks[rank].events[5]).end.nanosecondsRounded
    }
    #expect((ends.max() ?? 0) - (ends.min() ?? 0) <= 4000)
  }

  @Test("hosts that only gloo ties are bounded, and moved no further than the bounds demand")
  func bounded() throws {
    var job = Job(errors: [0, 8000])
    job.kind = .hostCollective
    job.endNoise = 900
    let alignment = align(job.trace(seed: 5))
    let host = alignment.report.hosts[1]
    #expect(host.status == .bounded && !host.status.isKnown && host.residual == nil)
    let bounds = try #require(host.bounds)
    let truth = SimDuration.nanoseconds(-8_000_000)
    #expect(try #require(bounds.low) <= truth && truth <= (try #require(bounds.high)))
    #expect(worst(job, alignment) < worst(job, nil))
    #expect(alignment.assumption?.text.contains("unknown, and bounded") == true)

    job.errors = [0, 300]
    let small = align(job.trace(seed: 6))
    #expect(small.report.hosts[1].offset == .zero, "what no collective contradicts stays")
  }

  @Test("hosts that nothing ties are unknown, and left")
  func untied() {
    let job = Job(errors: [0, 500])
    var trace = job.trace(seed: 7)
    trace.groups = [
      ProcessGroup(name: "1", ranks: [RankID(0), RankID(1)]),
      ProcessGroup(name: "2", ranks: [RankID(2), RankID(3)]),
    ]
    for rank in 2..<4 {
      for call in trace.ranks[rank].communications.indices {
        trace.ranks[rank].communications[call].group = 1
      }
    }
    let alignment = align(trace)
    #expect(alignment.report.hosts.map(\.status) == [.reference, .recorded])
    #expect(Set(alignment.maps.map(\.offset)).count == 1)
    #expect(alignment.assumption?.text.contains("1 unknown, and taken as recorded") == true)
  }

  @Test("collectives that contradict one another move nothing")
  func contradictory() {
    var job = Job(errors: [0, 0], ranksPerHost: 1, meetings: 2)
    job.kind = .hostCollective
    var trace = job.trace(seed: 8)
    // The second meeting of rank 1 lies a second later than the first allows.
    let events = trace.ranks[1].events
    trace.ranks[1].events = EventTable()
    for index in events.indices {
      var event = events[index]
      event.start = event.start + .nanoseconds(index == 0 ? -9_000_000 : 9_000_000)
      trace.ranks[1].events.append(event)
    }
    let alignment = align(trace)
    #expect(alignment.report.hosts[1].status == .contradictory)
    #expect(alignment.report.hosts[1].offset == .zero)
  }

  @Test("never made worse, whatever the errors, the noise and the kind of collective")
  func neverWorse() {
    let seed: UInt64 = 20_261_124
    var random = SeededGenerator(seed: seed)
    for run in 0..<300 {
      var job = Job(errors: [0])
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        job.errors.append(Double.random(in: -6000...6000, using: &random))
      }
      job.ranksPerHost = Int.random(in: 1...3, using: &random)
      job.meetings = Int.random(in: 1...30, using: &random)
      job.endNoise = Double.random(in: 0...60, using: &random)
      job.startNoise = Double.random(in: 0...2000, using: &random)
      let isGloo = Bool.random(using: &random)
      if isGloo {
        job.kind = .hostCollective
        job.endNoise *= 100
      }
      if Bool.random(using: &random) {
        job.call = Communication(kind: .barrier, group: 0)
      }
      let trace = job.trace(seed: UInt64(run))
      let alignment = align(trace)
      let (before, after) = (worst(job, nil), worst(job, alignment))
      // Fitted clocks are as good as the ends; others are no further off than they were.
      let isFitted = alignment.report.hosts.dropFirst().allSatisfy { $0.status == .fitted }
      #expect(
        after <= max(before, isFitted ? 2 * job.endNoise + 1 : 0) + 0.01,
        "seed \(seed), run \(run): \(before) → \(after) µs")
      if isGloo { #expect(!alignment.report.hosts.contains { $0.status == .fitted }) }
    }
  }

  @Test(
    "half of a captured job's ranks on another host's clock are bounded, and never further off",
    arguments: [-20_000_000, -300_000, 0, 300_000, 20_000_000] as [Int64])
  func captured(error: Int64) throws {
    var trace = try NativeTraceReader.read(
      directory: ProjectFiles.path("traces/captured-moe-ep4"), salvages: false)
    let whole = try WorkloadAssembler(trace, options: WorkloadOptions()).captured()
    #expect(whole.clocks.hosts.count == 1)
    for index in 4..<8 { trace.ranks[index].originNanoseconds += error }
    var options = WorkloadOptions()
    options.ranksPerHost = 4
    let host = try WorkloadAssembler(trace, options: options).captured().clocks.hosts[1]
    #expect(host.status == .bounded)
    let offset = try #require(host.offset).nanosecondsRounded
    #expect((offset + error).magnitude <= error.magnitude)
    // That no collective ends before its last start leaves some 260 µs.
    #expect((offset + error).magnitude <= 300_000)
    let bounds = try #require(host.bounds)
    #expect(try #require(bounds.low) <= .nanoseconds(-error))
    #expect(try #require(bounds.high) >= .nanoseconds(-error))
  }
}
