import Quantities

/// Fits the clocks of hosts to one: offsets, and drifts where they are seen, in nanoseconds.
///
/// Ends of collectives that end together are one moment, up to noise. Offsets are medians over them,
/// host by host until nothing moves, so that single strays weigh nothing; slopes are the median of
/// those between pairs (Theil 1950, Sen 1968). No collective ends before its last start: that bounds
/// every step of the fit. Every second meeting of a group is left out of the fit, and tells how good it
/// is; a fit that those don't find better than recorded clocks is not taken.
///
/// - Complexity: O(sweeps × meetings × hosts + hosts³), and the square of a host's meetings for drift.
struct ClockFit {
  /// What is known of one host.
  struct Host {
    var offset = 0.0
    var drift = 0.0
    var status = ClockReport.Status.recorded
    var residuals: [Double] = []
    var bounds: (low: Double, high: Double)?
  }

  private(set) var hosts: [Host]
  private let pivot: Double
  private let fitted: [ClockMeeting]
  private let tested: [ClockMeeting]
  /// Of each host what it has to do with others, for the bounds.
  private let holdsOfHost: [[ClockMeeting.Hold]]

  /// The fewest meetings that end together, in each half, on which a fit of a host rests.
  private static let fewest = 2
  /// The fewest for a drift.
  private static let fewestForDrift = 4
  /// No quartz is further off: 0.1 %.
  private static let largestDrift = 1e-3

  /// Fits. The first host is the reference; `pivot` is the moment about which clocks drift.
  init(hostCount: Int, meetings: [ClockMeeting], pivot: Double) {
    hosts = Array(repeating: Host(), count: hostCount)
    hosts[0].status = .reference
    self.pivot = pivot
    let spanning = meetings.filter(\.spansHosts)
    let together = spanning.filter(\.endsTogether)
    var holds: [[ClockMeeting.Hold]] = Array(repeating: [], count: hostCount)
    for hold in spanning.flatMap(\.holds) {
      holds[hold.waiting].append(hold)
      holds[hold.other].append(hold)
    }
    holdsOfHost = holds
    fitted = together.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    tested = together.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    fitOffsets()
    fitDrifts()
    judge()
    bound()
  }

  /// The time of a host's clock in the job's.
  func corrected(_ time: Double, host: Int) -> Double {
    time + hosts[host].offset + hosts[host].drift * (time - pivot)
  }

  // MARK: Offsets

  /// Hosts in the order in which they are tied to the reference, the best tied first.
  private mutating func fitOffsets() {
    var order: [Int] = []
    var tied: Set<Int> = [0]
    while let next = bestTied(to: tied) {
      tied.insert(next)
      order.append(next)
      hosts[next].status = .fitted
      hosts[next].offset = median(differences(of: next, in: fitted, among: tied))
    }
    settle(order)
  }

  /// The host with the most meetings, in the lesser half, with those that are tied.
  private func bestTied(to tied: Set<Int>) -> Int? {
    func count(_ host: Int, _ half: [ClockMeeting]) -> Int {
      half.count { meeting in
        meeting.ends.contains { $0.host == host }
          && meeting.ends.contains { tied.contains($0.host) }
      }
    }
    let counts = hosts.indices.filter { !tied.contains($0) }.map { host in
      (host: host, count: min(count(host, fitted), count(host, tested)))
    }
    guard let best = counts.max(by: { ($0.count, $1.host) < ($1.count, $0.host) }),
      best.count >= Self.fewest
    else { return nil }
    return best.host
  }

  /// Moves each host to the median of what the others say of it, until none moves by a nanosecond.
  private mutating func settle(_ order: [Int]) {
    let tied = Set(order + [0])
    for _ in 0..<50 {
      var moved = 0.0
      for host in order {
        let differences = differences(of: host, in: fitted, among: tied)
        let free = hosts[host].offset + median(differences)
        let bounds = allowed(host, among: tied)
        let offset = bounds.low <= bounds.high ? min(max(free, bounds.low), bounds.high) : free
        moved = max(moved, abs(offset - hosts[host].offset))
        hosts[host].offset = offset
      }
      if moved < 1 { return }
    }
  }

  /// In each meeting of a host, how much later the others of `tied` ended.
  private func differences(
    of host: Int, in half: [ClockMeeting], among tied: Set<Int>
  ) -> [Double] {
    points(of: host, in: half, among: tied).map(\.later)
  }

  private func points(
    of host: Int, in half: [ClockMeeting], among tied: Set<Int>
  ) -> [(time: Double, later: Double)] {
    half.compactMap { meeting in
      guard let own = meeting.ends.first(where: { $0.host == host }) else { return nil }
      let others = meeting.ends.filter { $0.host != host && tied.contains($0.host) }
        .map { corrected($0.time, host: $0.host) }
      guard !others.isEmpty else { return nil }
      return (own.time, median(others) - corrected(own.time, host: host))
    }
  }

  /// The offsets of a host under which nothing that it shares with `tied` ends before it starts.
  private func allowed(_ host: Int, among tied: Set<Int>) -> (low: Double, high: Double) {
    var (low, high) = (-Double.infinity, Double.infinity)
    for hold in holdsOfHost[host] {
      let slack =
        corrected(hold.end, host: hold.waiting) - corrected(hold.start, host: hold.other)
      if hold.waiting == host, tied.contains(hold.other) {
        low = max(low, hosts[host].offset - slack)
      } else if hold.other == host, tied.contains(hold.waiting) {
        high = min(high, hosts[host].offset + slack)
      }
    }
    return (low, high)
  }

  // MARK: Drifts

  /// Gives hosts drifts where meetings that the fit has not seen then lie closer, by a tenth at least.
  private mutating func fitDrifts() {
    let order = hosts.indices.filter { hosts[$0].status == .fitted }
    let tied = Set(order + [0])
    var drifting = self
    for _ in 0..<50 {
      var moved = 0.0
      for host in order {
        let points = drifting.points(of: host, in: fitted, among: tied)
        guard points.count >= Self.fewestForDrift, let slope = Self.slope(points),
          abs(drifting.hosts[host].drift + slope) <= Self.largestDrift
        else { continue }
        drifting.hosts[host].drift += slope
        moved = max(moved, abs(slope))
      }
      drifting.settle(order)
      if moved < 1e-9 { break }
    }
    guard drifting.hosts.contains(where: { $0.drift != 0 }) else { return }
    let (before, after) = (spread(tested, among: tied), drifting.spread(tested, among: tied))
    if after < 0.9 * before { hosts = drifting.hosts }
  }

  private static func slope(_ points: [(time: Double, later: Double)]) -> Double? {
    // Enough pairs for a median; all of them would be the square of a long step's meetings.
    let stride = max(1, points.count / 256)
    let some = points.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    var slopes: [Double] = []
    for first in some.indices {
      for second in some.indices[(first + 1)...] where some[second].time != some[first].time {
        slopes.append(
          (some[second].later - some[first].later) / (some[second].time - some[first].time))
      }
    }
    return slopes.isEmpty ? nil : median(slopes)
  }

  // MARK: Judging

  /// The median distance of hosts' ends from one another.
  private func spread(_ half: [ClockMeeting], among tied: Set<Int>) -> Double {
    median(tied.sorted().flatMap { differences(of: $0, in: half, among: tied).map(abs) })
  }

  /// Measures the fit on what it has not seen, and drops it for hosts whose recorded clocks do as well.
  private mutating func judge() {
    let order = hosts.indices.filter { hosts[$0].status == .fitted }
    guard !order.isEmpty else { return }
    let tied = Set(order + [0])
    var recorded = self
    for host in order {
      recorded.hosts[host].offset = 0
      recorded.hosts[host].drift = 0
    }
    if spread(tested, among: tied) >= recorded.spread(tested, among: tied) {
      hosts = recorded.hosts
    }
    for host in [0] + order {
      hosts[host].residuals = differences(of: host, in: tested, among: tied).map(abs)
    }
  }

  // MARK: Bounds

  /// Moves hosts that no meeting ties as little as the bounds demand.
  private mutating func bound() {
    var tied = Set(hosts.indices.filter { hosts[$0].status != .recorded })
    for host in hosts.indices where !tied.contains(host) {
      let bounds = allowed(host, among: tied)
      guard bounds.low.isFinite || bounds.high.isFinite else { continue }
      hosts[host].bounds = bounds
      guard bounds.low <= bounds.high else {
        hosts[host].status = .contradictory
        continue
      }
      hosts[host].status = .bounded
      hosts[host].offset = min(max(0, bounds.low), bounds.high)
      tied.insert(host)
    }
  }
}
