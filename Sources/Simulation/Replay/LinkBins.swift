import Quantities

/// Bytes over time in a fixed number of bins: whatever the time takes, the memory stays.
///
/// Bins are 1 ns · 2^k wide. Time that comes behind the last bin doubles the width: pairs of bins
/// become one, and half of them are free again. Time only goes on, so bytes are added up in Double in
/// the bin that is open, and rounded to Float once a bin, and once more each time that it becomes one
/// with another.
///
/// - Complexity: adding is O(1) and O(bins that the span crosses); doubling O(bins), at most 62 times.
struct LinkBins: Sendable {
  /// How many bins there are.
  static let count = 64
  private static let narrowest = SimDuration(picoseconds: 1000)

  /// Where the first bin starts.
  private let start: SimTime
  private(set) var width = Self.narrowest
  /// Bytes of bins that are closed; 0 in the one that is open, and in those to come.
  private var closed = [Float](repeating: 0, count: Self.count)
  private var open = 0
  private var openEnd: SimTime
  private var openBytes = 0.0

  init(from start: SimTime) {
    self.start = start
    openEnd = start + Self.narrowest
  }

  /// Adds `rate` bytes/s over a span; no earlier than what was added before.
  mutating func add(rate: Double, from first: SimTime, to last: SimTime) {
    if last <= openEnd, first >= openEnd - width {
      openBytes += rate * (last - first).seconds
    } else if last > first {
      spread(rate, first, last)
    }
  }

  private mutating func spread(_ rate: Double, _ first: SimTime, _ last: SimTime) {
    while last - start > width * Self.count { widen() }
    if first >= openEnd {
      goOn(to: Int((first - start).picoseconds / width.picoseconds))
    }
    var from = first
    while last > openEnd {
      openBytes += rate * (openEnd - from).seconds
      from = openEnd
      goOn(to: open + 1)
    }
    openBytes += rate * (last - from).seconds
  }

  private mutating func goOn(to bin: Int) {
    closed[open] = Float(openBytes)
    openBytes = 0
    open = bin
    openEnd = start + width * (bin + 1)
  }

  /// Makes bins twice as wide.
  private mutating func widen() {
    if open % 2 == 1 {
      openBytes += Double(closed[open - 1])
      closed[open - 1] = 0
    }
    for bin in 0..<Self.count / 2 { closed[bin] = closed[2 * bin] + closed[2 * bin + 1] }
    for bin in Self.count / 2..<Self.count { closed[bin] = 0 }
    width = width * 2
    open /= 2
    openEnd = start + width * (open + 1)
  }

  /// The series of bins as wide as `width`, which is no narrower than these, as many as hold all bytes
  /// and reach to `end`.
  func series(width: SimDuration, until end: SimTime) -> LinkSeries {
    var bins = self
    while bins.width < width { bins.widen() }
    bins.closed[bins.open] = Float(bins.openBytes)
    let reached = (max(.zero, end - start).picoseconds + width.picoseconds - 1) / width.picoseconds
    let count = max(min(Int(reached), Self.count), bins.open + 1)
    return LinkSeries(start: start, width: width, bytes: Array(bins.closed.prefix(count)))
  }
}
