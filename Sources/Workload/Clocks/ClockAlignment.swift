import Quantities
import Trace

/// Brings the clocks of the traced ranks together: never those of one host, and those of several by
/// what collectives say of them.
struct ClockAlignment {
  /// For each traced rank from its own clock to the job's, which counts from its first origin.
  private(set) var maps: [ClockMap] = []
  /// What is known, host by host.
  private(set) var report = ClockReport()
  /// What a result leans on; `nil` for one traced rank.
  private(set) var assumption: Assumption?

  private let trace: Trace
  /// Of each rank the first start and the length of what it does in the step, in its recorded clock.
  private let starts: [Int64]
  private let lengths: [Int64]
  private let origins: [Int64]
  private let hosts: [Host]

  /// A clock, and the places of the traced ranks that have it.
  private struct Host {
    var name: String?
    var ranks: [Int]
  }

  /// Aligns.
  ///
  /// - Parameter events: of each traced rank the events of the chosen step, step marks left out.
  init(_ trace: Trace, events: [[Int]]) {
    self.trace = trace
    var known: [Int64?] = []
    var lengths: [Int64] = []
    for (rank, events) in zip(trace.ranks, events) {
      let first = events.map { rank.events[$0].start.nanosecondsRounded }.min()
      let last = events.map { rank.events[$0].end.nanosecondsRounded }.max() ?? 0
      known.append(first.map { rank.originNanoseconds &+ $0 })
      lengths.append(last - (first ?? last))
    }
    // A rank without events has no clock; it takes that of the first.
    let earliest = known.compactMap(\.self).min() ?? 0
    let starts = known.map { $0 ?? earliest }
    origins = zip(trace.ranks, known).map { $1 == nil ? earliest : $0.originNanoseconds }
    (self.starts, self.lengths) = (starts, lengths)
    hosts = Self.hosts(trace, starts, lengths)
    align(events)
  }

  /// Ranks by host, those that don't say theirs together; each for itself where clocks of one host
  /// can't be one.
  private static func hosts(
    _ trace: Trace, _ starts: [Int64], _ lengths: [Int64]
  ) -> [Host] {
    var named: [Host] = []
    var places: [String?: Int] = [:]
    for (rank, name) in trace.ranks.map(\.host).enumerated() {
      if let place = places[name] {
        named[place].ranks.append(rank)
      } else {
        places[name] = named.count
        named.append(Host(name: name, ranks: [rank]))
      }
    }
    let clocks = named.flatMap { host in
      canBeOne(host.ranks.map { starts[$0] }, host.ranks.map { lengths[$0] })
        ? [host] : host.ranks.map { Host(name: host.name, ranks: [$0]) }
    }
    return clocks.sorted { ($0.ranks.first ?? 0) < ($1.ranks.first ?? 0) }
  }

  /// Whether clocks are close enough to be one: within ten times the longest step.
  private static func canBeOne(_ starts: [Int64], _ lengths: [Int64]) -> Bool {
    guard let first = starts.min(), let last = starts.max() else { return true }
    let spread = last &- first
    return spread >= 0 && spread <= min(10 * (lengths.max() ?? 0), longestTraceNanoseconds)
  }

  private mutating func align(_ events: [[Int]]) {
    let beside = coarseShifts()
    let origin =
      zip(trace.ranks.indices, hostOfRank).map { rank, host in
        origins[rank] &+ beside[host]
      }.min() ?? 0
    let shifts = zip(trace.ranks.indices, hostOfRank).map { rank, host in
      origins[rank] &+ beside[host] &- origin
    }
    let meetings = ClockEvidence(trace, events: events, hostOfRank: hostOfRank, shifts: shifts)
      .meetings()
    let first = zip(starts, hostOfRank).map { $0 &+ beside[$1] &- origin }.min() ?? 0
    let last =
      zip(zip(starts, lengths), hostOfRank).map { times, host in
        times.0 &+ times.1 &+ beside[host] &- origin
      }.max() ?? 0
    let pivot = Double(first / 2 + last / 2)
    let fit = ClockFit(hostCount: hosts.count, meetings: meetings, pivot: pivot)
    maps = zip(shifts, hostOfRank).map { shift, host in
      ClockMap(
        offset: .nanoseconds(shift) + Self.duration(fit.hosts[host].offset),
        drift: fit.hosts[host].drift, pivot: .nanoseconds(Int64(pivot) - shift))
    }
    report = report(fit, meetings, beside: beside)
    assumption = Self.assumption(report)
  }

  private var hostOfRank: [Int] {
    var hostOfRank = [Int](repeating: 0, count: trace.ranks.count)
    for (host, entry) in hosts.enumerated() {
      for rank in entry.ranks { hostOfRank[rank] = host }
    }
    return hostOfRank
  }

  /// For each host what lays its step beside that of the first, where its clock can't be the same.
  private func coarseShifts() -> [Int64] {
    let firsts = hosts.map { host in host.ranks.map { starts[$0] }.min() ?? 0 }
    let reach = hosts.map { host in host.ranks.map { lengths[$0] }.max() ?? 0 }
    return hosts.indices.map { host in
      Self.canBeOne([firsts[0], firsts[host]], [reach[0], reach[host]])
        ? 0 : firsts[0] &- firsts[host]
    }
  }

  // MARK: Saying it

  private func report(
    _ fit: ClockFit, _ meetings: [ClockMeeting], beside: [Int64]
  ) -> ClockReport {
    var report = ClockReport()
    report.hosts = hosts.indices.map { index in
      let known = fit.hosts[index]
      var host = ClockReport.Host(
        name: hosts[index].name, ranks: hosts[index].ranks.map { trace.ranks[$0].rank },
        status: known.status)
      let isLaid = beside[index] != 0 && known.status != .fitted
      if isLaid { host.status = .laidBeside }
      host.offset = beside[index] == 0 ? Self.duration(known.offset) : nil
      host.driftPPM = known.drift * 1e6
      if !known.residuals.isEmpty {
        host.residual = (
          Self.duration(median(known.residuals)), Self.duration(known.residuals.max() ?? 0)
        )
      }
      host.bounds =
        isLaid
        ? nil
        : known.bounds.map { bounds in
          (
            bounds.low.isFinite ? Self.duration(bounds.low) : nil,
            bounds.high.isFinite ? Self.duration(bounds.high) : nil
          )
        }
      return host
    }
    let spreads = meetings.filter(\.endsTogether).map { meeting in
      let ends = meeting.ends.map { fit.corrected($0.time, host: $0.host) }
      return max(meeting.spreadWithinHosts, (ends.max() ?? 0) - (ends.min() ?? 0))
    }
    report.endingTogether = spreads.count
    if !spreads.isEmpty {
      report.endSpread = (
        Self.duration(median(spreads)), Self.duration(spreads.max() ?? 0)
      )
    }
    return report
  }

  private static func duration(_ nanoseconds: Double) -> SimDuration {
    SimDuration.rounding(seconds: nanoseconds * 1e-9) ?? .zero
  }

  private static func assumption(_ report: ClockReport) -> Assumption? {
    guard report.hosts.reduce(0, { $0 + $1.ranks.count }) > 1 else { return nil }
    func count(_ status: ClockReport.Status) -> Int {
      report.hosts.count { $0.status == status }
    }
    guard report.hosts.count > 1 else {
      return Assumption("clocks", "clocks of the traced ranks are taken as recorded")
    }
    var parts: [String] = []
    if count(.fitted) > 0 {
      let most = report.hosts.compactMap { $0.residual?.median }.max() ?? .zero
      parts.append(
        "\(count(.fitted)) fitted to the first by collectives that end together, to within "
          + "\(most.nanosecondsRounded) ns of those that the fit has not seen")
    }
    let words: [(ClockReport.Status, String)] = [
      (.bounded, "unknown, and bounded by collectives that can't end before their last start"),
      (.recorded, "unknown, and taken as recorded"),
      (.laidBeside, "unknown and too far off to be one, so their steps are laid side by side"),
      (.contradictory, "contradicted by their own collectives, and taken as recorded"),
    ]
    for (status, text) in words where count(status) > 0 { parts.append("\(count(status)) \(text)") }
    return Assumption(
      "clocks", "clocks of \(report.hosts.count) hosts: " + parts.joined(separator: "; "))
  }
}
