/// A span of simulated time, in integer picoseconds; may be negative.
///
/// Int64 picoseconds reach 106 days, and a picosecond is 4 bits on the fastest port modelled.
public struct SimDuration: Hashable, Comparable, Sendable {
  /// The span in picoseconds.
  public var picoseconds: Int64

  /// A span of `picoseconds`.
  @inlinable
  public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  /// A span of whole nanoseconds. Traps where it exceeds 106 days, as any arithmetic here does.
  @inlinable
  public static func nanoseconds(_ value: Int64) -> SimDuration {
    SimDuration(picoseconds: value * 1000)
  }

  /// The empty span.
  public static let zero = SimDuration(picoseconds: 0)

  /// The span in nanoseconds, rounded half away from zero.
  @inlinable
  public var nanosecondsRounded: Int64 {
    let half: Int64 = picoseconds < 0 ? -500 : 500
    return (picoseconds + half) / 1000
  }

  /// The span in seconds, as the fluid solver counts.
  @inlinable
  public var seconds: Double { Double(picoseconds) * 1e-12 }

  /// The span nearest to `seconds`: the one place where solver time becomes replay time.
  ///
  /// Rounds half away from zero to a whole picosecond. `nil` where the value is not finite or
  /// exceeds the range of Int64.
  @inlinable
  public static func rounding(seconds: Double) -> SimDuration? {
    let scaled = (seconds * 1e12).rounded()
    guard scaled.magnitude < 9.2e18 else { return nil }
    return SimDuration(picoseconds: Int64(scaled))
  }

  /// Order by length.
  @inlinable
  public static func < (lhs: SimDuration, rhs: SimDuration) -> Bool {
    lhs.picoseconds < rhs.picoseconds
  }

  /// Sum of two spans.
  @inlinable
  public static func + (lhs: SimDuration, rhs: SimDuration) -> SimDuration {
    SimDuration(picoseconds: lhs.picoseconds + rhs.picoseconds)
  }

  /// Difference of two spans.
  @inlinable
  public static func - (lhs: SimDuration, rhs: SimDuration) -> SimDuration {
    SimDuration(picoseconds: lhs.picoseconds - rhs.picoseconds)
  }

  /// Sum of two spans, held at the longest span where it would exceed that: for totals over many
  /// lanes or collectives, which no clock ever showed.
  @inlinable
  public func addingSaturated(_ other: SimDuration) -> SimDuration {
    let (sum, overflow) = picoseconds.addingReportingOverflow(other.picoseconds)
    return SimDuration(picoseconds: overflow ? (picoseconds < 0 ? .min : .max) : sum)
  }

  /// A span repeated `rhs` times.
  @inlinable
  public static func * (lhs: SimDuration, rhs: Int) -> SimDuration {
    SimDuration(picoseconds: lhs.picoseconds * Int64(rhs))
  }

  /// Adds a span in place.
  @inlinable
  public static func += (lhs: inout SimDuration, rhs: SimDuration) {
    lhs.picoseconds += rhs.picoseconds
  }
}
