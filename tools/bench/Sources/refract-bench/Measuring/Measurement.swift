import CAllocations
import Glibc

/// What the runs of a case took.
struct Measurement {
  var name: String
  var family: String
  var size: Int
  var counts: Counts
  /// Processor time of one run, in seconds: the median of all runs.
  var seconds: Double
  /// Allocations in the first run.
  var allocations: Int
  /// The most heap in use at once beyond what the input takes, in bytes.
  var peakBytes: Int

  /// Runs a case.
  init(_ one: Case, runs: Int) throws {
    let run = one.prepare()
    let (allocations, heap) = (refract_allocations(), refract_heap_bytes())
    refract_reset_peak()
    let first = try Self.timed(run)
    var seconds = [first.seconds]
    self.allocations = refract_allocations() - allocations
    peakBytes = refract_heap_peak() - heap
    while seconds.count < runs { seconds.append(try Self.timed(run).seconds) }
    counts = first.counts
    (name, family, size) = (one.name, one.family, one.size)
    self.seconds = seconds.sorted()[seconds.count / 2]
  }

  private static func timed(
    _ run: () throws -> Counts
  ) rethrows -> (seconds: Double, counts: Counts) {
    let start = processorSeconds
    let counts = try run()
    return (processorSeconds - start, counts)
  }

  /// Processor time, for the machine may have other things to do.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// The exponent with which `value` grows with the size, from a smaller case to this one.
  func growth(since smaller: Measurement?, of value: (Measurement) -> Double) -> Double? {
    guard let smaller, smaller.family == family, value(smaller) > 0, value(self) > 0 else {
      return nil
    }
    return log(value(self) / value(smaller)) / log(Double(size) / Double(smaller.size))
  }
}
