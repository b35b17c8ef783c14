/// An instant of simulated or captured time, in integer picoseconds from an origin that the
/// owner of the value states.
public struct SimTime: Hashable, Comparable, Sendable {
  /// Picoseconds since the origin.
  public var picoseconds: Int64

  /// The instant `picoseconds` after the origin.
  @inlinable
  public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  /// The instant a whole number of nanoseconds after the origin.
  @inlinable
  public static func nanoseconds(_ value: Int64) -> SimTime {
    SimTime(picoseconds: value * 1000)
  }

  /// The origin itself.
  public static let origin = SimTime(picoseconds: 0)

  /// Nanoseconds since the origin, rounded half away from zero.
  @inlinable
  public var nanosecondsRounded: Int64 { (self - .origin).nanosecondsRounded }

  /// Order in time.
  @inlinable
  public static func < (lhs: SimTime, rhs: SimTime) -> Bool { lhs.picoseconds < rhs.picoseconds }

  /// The instant `rhs` after `lhs`.
  @inlinable
  public static func + (lhs: SimTime, rhs: SimDuration) -> SimTime {
    SimTime(picoseconds: lhs.picoseconds + rhs.picoseconds)
  }

  /// The instant `rhs` before `lhs`.
  @inlinable
  public static func - (lhs: SimTime, rhs: SimDuration) -> SimTime {
    SimTime(picoseconds: lhs.picoseconds - rhs.picoseconds)
  }

  /// The span from `rhs` to `lhs`.
  @inlinable
  public static func - (lhs: SimTime, rhs: SimTime) -> SimDuration {
    SimDuration(picoseconds: lhs.picoseconds - rhs.picoseconds)
  }
}
