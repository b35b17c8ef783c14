import Quantities

/// Integrates what links carry, link by link, only when that changes.
public struct LinkMeters: Sendable {
  /// The share of capacity from which on a link counts as saturated.
  public static let threshold = 0.9

  private var current: [Double]
  private var since: [SimTime]
  private(set) var outcomes: [LinkOutcome]

  init(linkCount: Int) {
    current = Array(repeating: 0, count: linkCount)
    since = Array(repeating: .origin, count: linkCount)
    outcomes = Array(repeating: LinkOutcome(), count: linkCount)
  }

  /// From `now` on the link carries `usage` bytes/s of `capacity`.
  mutating func set(_ link: LinkID, usage: Double, capacity: Double, at now: SimTime) {
    let index = link.index
    let old = current[index]
    if old > 0 {
      let seconds = (now - since[index]).seconds
      outcomes[index].bytes += old * seconds
      outcomes[index].busySeconds += seconds
      if old >= Self.threshold * capacity { outcomes[index].saturatedSeconds += seconds }
    }
    current[index] = usage
    since[index] = now
    if usage.isFinite { outcomes[index].peakUsage = max(outcomes[index].peakUsage, usage) }
  }
}
