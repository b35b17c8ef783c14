import Quantities

/// Integrates what links carry, link by link, only when that changes.
///
/// Memory: a few words a link, and 300 bytes a link that carries something, however long the replay.
public struct LinkMeters: Sendable {
  /// The share of capacity from which on a link counts as saturated.
  public static let threshold = 0.9

  private static let nowhere: Int32 = -1

  private var current: [Double]
  private var since: [SimTime]
  private(set) var outcomes: [LinkOutcome]
  /// For each link where its bins are, `nowhere` until it carries something.
  private var placeOfBins: [Int32]
  private var bins: [LinkBins] = []
  /// When anything was on a link first: where all bins start.
  private var start: SimTime?

  init(linkCount: Int) {
    current = Array(repeating: 0, count: linkCount)
    since = Array(repeating: .origin, count: linkCount)
    outcomes = Array(repeating: LinkOutcome(), count: linkCount)
    placeOfBins = Array(repeating: Self.nowhere, count: linkCount)
  }

  /// From `now` on the link carries `usage` bytes/s of `capacity`.
  mutating func set(_ link: LinkID, usage: Double, capacity: Double, at now: SimTime) {
    let index = link.index
    let old = current[index]
    if old > 0, now > since[index] {
      let seconds = (now - since[index]).seconds
      outcomes[index].bytes += old * seconds
      outcomes[index].busySeconds += seconds
      if old >= Self.threshold * capacity { outcomes[index].saturatedSeconds += seconds }
      bins[Int(placeOfBins[index])].add(rate: old, from: since[index], to: now)
    }
    if usage > 0, placeOfBins[index] == Self.nowhere { makeBins(index, at: now) }
    current[index] = usage
    since[index] = now
    if usage.isFinite { outcomes[index].peakUsage = max(outcomes[index].peakUsage, usage) }
  }

  private mutating func makeBins(_ link: Int, at now: SimTime) {
    let start = self.start ?? now
    self.start = start
    placeOfBins[link] = Int32(bins.count)
    bins.append(LinkBins(from: start))
  }

  /// What each link carried, series included; nothing may come behind `end` any more.
  mutating func finish(at end: SimTime) -> [LinkOutcome] {
    var width = bins.map(\.width).max() ?? .zero
    if let start = self.start { while end - start > width * LinkBins.count { width = width * 2 } }
    for link in outcomes.indices where placeOfBins[link] != Self.nowhere {
      outcomes[link].series = bins[Int(placeOfBins[link])].series(width: width, until: end)
    }
    return outcomes
  }
}
