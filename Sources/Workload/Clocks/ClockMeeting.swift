import Quantities
import Trace

/// One collective as the clocks of its traced members' hosts saw it; times in nanoseconds of the
/// recorded clocks.
struct ClockMeeting {
  /// A host's own idea of when the collective ended: the median of its members.
  struct End {
    var host: Int
    var time: Double
  }

  /// What one host did that can't have ended before what another did had begun.
  struct Hold {
    var waiting: Int
    var end: Double
    var other: Int
    var start: Double
  }

  /// By host, each once.
  var ends: [End]
  /// The farthest that ends of one host lie apart.
  var spreadWithinHosts: Double
  /// Whether the members end at one moment by nature.
  var endsTogether: Bool
  /// The tightest of each two hosts.
  var holds: [Hold]

  /// Whether members lie on several hosts.
  var spansHosts: Bool { ends.count > 1 }
}

/// The median; the mean of the middle two of an even number. 0 of none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
