public import Quantities
public import Trace
import Workload

/// What is to carry out the collectives that it is about.
public struct AlgorithmRule: Sendable, Hashable {
  /// Which algorithm.
  public enum Choice: Sendable, Hashable {
    /// That one.
    case named(CollectiveAlgorithm)
    /// Of those that can, the one that takes the least time alone, as modelled.
    case least
  }

  /// Of this kind; any where `nil`.
  public var kind: CollectiveKind?
  /// Of groups of this name or purpose; any where `nil`.
  public var group: String?
  /// The least size, of a rank's whole buffer as nccl-tests print it.
  public var minimumBytes: Int64?
  /// The largest size.
  public var maximumBytes: Int64?
  /// The fewest members.
  public var minimumMembers: Int?
  /// The most members.
  public var maximumMembers: Int?

  /// Which algorithm; the usual one where `nil`.
  public var algorithm: Choice?
  /// Which protocol, of NCCL's latencies; where `nil`, the one that takes the least time.
  public var transport: TransportProtocol?
  /// The most rings or trees between pods.
  public var channels: Int?
  /// The most that one member injects, in place of what the workload says.
  public var injectionCap: Bandwidth?
  /// As the command line had it: it must be about something then.
  public var word: String?

  /// A rule about all collectives that says nothing.
  public init() {}

  /// Whether it is about a collective.
  func matches(_ instance: CollectiveInstance, of group: ProcessGroup) -> Bool {
    let count = group.ranks.count
    let bytes = CollectiveMetrics.buffer(instance, size: count) ?? 0
    return (kind ?? instance.kind) == instance.kind
      && (self.group.map { $0 == group.name || $0 == group.purpose } ?? true)
      && bytes >= Double(minimumBytes ?? 0) && bytes <= Double(maximumBytes ?? .max)
      && count >= (minimumMembers ?? 0) && count <= (maximumMembers ?? .max)
  }
}
