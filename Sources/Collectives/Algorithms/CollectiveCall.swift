import Quantities
import Trace

/// What an algorithm sees of a collective.
struct CollectiveCall {
  /// The kind.
  let kind: CollectiveKind
  /// The ranks, in group order; at least two.
  let members: [Int]
  /// The position of the root, for kinds that have one.
  let root: Int?
  /// The ways between ranks, with the latency that a hop is to have.
  let map: LinkMap
  /// The most rings or trees between pods; as many as the smallest pod has members where `nil`.
  let channels: Int?
}
