import Quantities
import Simulation
import Study

/// The parts of a mean rank's time, exposed transfer by purpose of group: few enough to tell apart.
struct BreakdownParts {
  /// A part in one row.
  struct Part {
    let style: String
    let what: String
    let nanoseconds: Int64
    let at: String
  }

  /// How many purposes have a colour of their own.
  private static let named = 3

  private let section: TraceScenarios
  /// The purposes with most exposed transfer in any scenario.
  private let purposes: [String]
  private let hasOthers: Bool

  init(_ section: TraceScenarios) {
    self.section = section
    var order: [String] = []
    var most: [String: SimDuration] = [:]
    for share in section.results.flatMap(\.exposedByPurpose) where share.exposed > .zero {
      if most[share.purpose] == nil { order.append(share.purpose) }
      most[share.purpose] = max(most[share.purpose] ?? .zero, share.exposed)
    }
    let ranked = order.enumerated().sorted {
      (most[$1.element] ?? .zero, $0.offset) < (most[$0.element] ?? .zero, $1.offset)
    }.map(\.element)
    purposes = Array(ranked.prefix(Self.named))
    hasOthers = ranked.count > Self.named
  }

  /// The capture's parts, its exposed transfer as one: which group it was is not told apart.
  func captured() -> [Part] {
    let parts = section.results[0].capturedParts
    func part(_ style: String, _ what: String, _ time: SimDuration, _ key: String) -> Part {
      Part(
        style: style, what: what, nanoseconds: time.nanosecondsRounded, at: section.at(0, key))
    }
    return [
      part("compute", "compute", parts.compute, "captured_compute_ns"),
      part(
        "exposed", "exposed transfer, captured", parts.exposedTransfer,
        "captured_exposed_transfer_ns"),
      part("waiting", "waiting", parts.waiting, "captured_waiting_ns"),
      part("lag", "lag", parts.lag, "captured_lag_ns"),
    ]
  }

  /// A scenario's parts; the same ones, in the same order, in each.
  func replayed(_ place: Int) -> [Part] {
    let parts = section.results[place].meanParts.nanoseconds
    var list = [
      Part(
        style: "compute", what: "compute", nanoseconds: parts[0],
        at: section.at(place, "compute_ns"))
    ]
    list += exposed(place)
    list.append(
      Part(
        style: "waiting", what: "waiting", nanoseconds: parts[2],
        at: section.at(place, "waiting_ns")))
    list.append(
      Part(style: "lag", what: "lag", nanoseconds: parts[3], at: section.at(place, "lag_ns")))
    return list
  }

  private func exposed(_ place: Int) -> [Part] {
    let result = section.results[place]
    let shares = result.exposedByPurpose
    func at(_ index: Int) -> String {
      section.at(place, "exposed_by_purpose/\(index)/exposed_transfer_ns")
    }
    var list = purposes.enumerated().map { rank, purpose in
      let index = shares.firstIndex { $0.purpose == purpose }
      return Part(
        style: "exposed\(rank)", what: "exposed transfer: \(purpose)",
        nanoseconds: index.map { shares[$0].exposed.nanosecondsRounded } ?? 0,
        at: index.map(at) ?? "")
    }
    if hasOthers {
      let others = shares.indices.filter { !purposes.contains(shares[$0].purpose) }
      list.append(
        Part(
          style: "others", what: "exposed transfer: other groups",
          nanoseconds: others.reduce(0) { $0 + shares[$1].exposed.nanosecondsRounded },
          at: others.map(at).joined(separator: " ")))
    }
    if section.results.contains(where: { $0.exposedWithinRank > .zero }) {
      list.append(
        Part(
          style: "within", what: "exposed transfer: within the rank",
          nanoseconds: result.exposedWithinRank.nanosecondsRounded,
          at: section.at(place, "exposed_within_rank_ns")))
    }
    return list
  }
}
