/// The kinds of communication, under the names that frameworks use.
public enum CollectiveKind: String, Sendable, CaseIterable {
  case allReduce = "all_reduce"
  case reduceScatter = "reduce_scatter"
  case allGather = "all_gather"
  case allToAll = "all_to_all"
  case broadcast, reduce, gather, scatter, barrier, send
  case receive = "recv"
  /// Communication work that moves nothing between ranks (a layout kernel): keeps its captured
  /// duration and counts as communication.
  case metadata

  /// The kind under any of the spellings that captures use: `allreduce`, `_allgather_base`,
  /// `all_to_allv`, `reduce_scatter_tensor_coalesced`, … `nil` for a name that is none of them.
  public init?(spelled name: String) {
    let letters = name.lowercased().filter { $0 >= "a" && $0 <= "z" }
    // The longer spellings first: "allreduce" holds "reduce".
    let table: [(String, CollectiveKind)] = [
      ("reducescatter", .reduceScatter), ("allreduce", .allReduce), ("allgather", .allGather),
      ("alltoall", .allToAll), ("broadcast", .broadcast), ("barrier", .barrier),
      ("gather", .gather), ("scatter", .scatter), ("reduce", .reduce), ("recv", .receive),
      ("send", .send),
    ]
    guard let hit = table.first(where: { letters.contains($0.0) }) else { return nil }
    self = hit.1
  }

  /// Whether it is one half of a point-to-point pair.
  public var isPointToPoint: Bool { self == .send || self == .receive }
}
