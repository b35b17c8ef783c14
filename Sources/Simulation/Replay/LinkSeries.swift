public import Quantities

/// What a link carried over time: bytes by bins of one width, the same on all links of a replay.
public struct LinkSeries: Sendable, Equatable {
  /// Where the first bin starts.
  public var start: SimTime
  /// The width of a bin: 1 ns · 2^k.
  public var width: SimDuration
  /// Bytes, bin after bin, at most 64; they add up to the link's bytes but for rounding to Float.
  public var bytes: [Float]

  /// A series.
  public init(start: SimTime, width: SimDuration, bytes: [Float]) {
    self.start = start
    self.width = width
    self.bytes = bytes
  }

  /// When a bin starts.
  public func start(ofBin bin: Int) -> SimTime { start + width * bin }

  /// The share of a capacity in bytes/s that a bin used.
  public func utilization(ofBin bin: Int, capacity: Double) -> Double {
    Double(bytes[bin]) / (capacity * width.seconds)
  }
}
