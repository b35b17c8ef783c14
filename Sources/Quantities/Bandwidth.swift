/// A data rate in one direction.
public struct Bandwidth: Hashable, Comparable, Sendable {
  /// The rate in bytes per second, as everything inside counts.
  public var bytesPerSecond: Double

  /// A rate in bytes per second.
  public init(bytesPerSecond: Double) { self.bytesPerSecond = bytesPerSecond }

  /// A rate in Gb/s = 10^9 bit/s, as files state it.
  public static func gigabitsPerSecond(_ value: Double) -> Bandwidth {
    Bandwidth(bytesPerSecond: value * 1e9 / 8)
  }

  /// The rate in Gb/s = 10^9 bit/s.
  public var gigabitsPerSecond: Double { bytesPerSecond * 8 / 1e9 }

  /// Order by rate.
  public static func < (lhs: Bandwidth, rhs: Bandwidth) -> Bool {
    lhs.bytesPerSecond < rhs.bytesPerSecond
  }
}
