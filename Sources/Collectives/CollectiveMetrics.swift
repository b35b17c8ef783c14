public import Quantities
import Trace
public import Workload

/// Rates of a collective as nccl-tests state them (doc/PERFORMANCE.md there).
public struct CollectiveMetrics: Sendable {
  /// The size that nccl-tests would print: the whole buffer of a rank, in bytes.
  public let bufferBytes: Double
  /// bufferBytes / time, in bytes per second.
  public let algorithmBandwidth: Double
  /// algorithmBandwidth times what makes it comparable with a link: 2(n−1)/n for all-reduce,
  /// (n−1)/n for all-gather, reduce-scatter, all-to-all, gather and scatter, 1 for the others.
  public let busBandwidth: Double

  /// The rates of an instance among `n` members that took `time`; `nil` where nothing moves or no
  /// time passes.
  public init?(_ instance: CollectiveInstance, size n: Int, time: SimDuration) {
    guard let bytes = Self.buffer(instance, size: n), bytes > 0, time > .zero else { return nil }
    let spread = Double(n - 1) / Double(n)
    let factor: Double =
      switch instance.kind {
      case .allReduce: 2 * spread
      case .allGather, .reduceScatter, .allToAll, .gather, .scatter: spread
      default: 1
      }
    bufferBytes = bytes
    algorithmBandwidth = bytes / time.seconds
    busBandwidth = algorithmBandwidth * factor
  }

  /// The whole buffer of a rank, in bytes; `nil` where nothing moves.
  static func buffer(_ instance: CollectiveInstance, size n: Int) -> Double? {
    switch instance.payload {
    case .none: return nil
    case .buffer(let bytes): return Double(bytes.bytes)
    case .matrix(.uniform(let bytes)): return bytes * Double(n)
    case .matrix(.rows(let rows)):
      // Skewed: the mean buffer of a rank.
      return rows.reduce(0.0) { $1.reduce($0) { $0 + Double($1) } } / Double(n)
    case .routed(let routing):
      // As DeepEP counts: every copy of every token, those that stay included.
      return routing.bytesWithAllCopies
    }
  }
}
