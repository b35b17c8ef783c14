public import Trace

/// The sends and receives of one pair of ranks in one group.
///
/// They are paired in order: PyTorch numbers them apart on each rank.
public struct PairMatching: Sendable {
  /// Index of the group in the trace's list of groups.
  public var group: Int
  /// The sender.
  public var from: RankID
  /// The receiver.
  public var to: RankID
  /// Sends recorded.
  public var sends: Int
  /// Receives recorded.
  public var receives: Int
  /// Whether both ends have a capture.
  public var isTraced: Bool
}
