import Diagnostics
import JSON
import Quantities
import Trace

/// One line of an NCCL Inspector file: a call that ended, as one rank of a communicator measured it.
struct InspectorRecord {
  /// Where the rank sits in a communicator.
  var seat: CommunicatorSeat
  /// What the job calls the communicator, where it has named it.
  var communicatorName: String
  var host: String?
  var process: Int64?
  /// The function as NCCL names it: `AllReduce`.
  var function: String
  /// `nil` where that is no communication known here.
  var kind: CollectiveKind?
  /// The number of the call among those of its function on the communicator.
  var sequence: Int64
  /// Of a send or receive the other rank, as a place in the communicator.
  var peer: Int?
  /// Bytes that one rank states: of an all-gather, reduce-scatter or all-to-all one rank's part.
  var messageBytes: Int64
  /// Nanoseconds since the epoch.
  var start: Int64
  var duration: Int64
  /// Whether the start was recorded; else it is when the record was written, less the duration.
  var isStartRecorded: Bool

  /// Reads a line; `nil` where it records no call (`dump_stats`).
  ///
  /// - Throws: a `Diagnostic` with the key path.
  init?(_ node: JSONNode) throws {
    let header = try node.required("header")
    let size = try header.required("n_ranks").int(in: 1...maximumWorldSize)
    seat = CommunicatorSeat(
      communicator: try header.required("id").string(),
      rank: try header.required("rank").int(in: 0...size - 1), size: size)
    communicatorName = try header.optional("comm_name")?.string() ?? ""
    let metadata = try node.required("metadata")
    host = try metadata.optional("hostname")?.string()
    process = try metadata.optional("pid")?.integer(in: 0...(.max))
    let prefix: String
    let call: JSONNode
    if let collective = try node.optional("coll_perf") {
      (prefix, call) = ("coll", collective)
    } else if let pair = try node.optional("p2p_perf") {
      (prefix, call) = ("p2p", pair)
    } else {
      return nil
    }
    function = try call.required(prefix).string()
    kind = CollectiveKind(spelled: function)
    // A send and receive in one is two calls that the record does not tell apart.
    if function == "SendRecv" { kind = nil }
    sequence = try call.required(prefix + "_sn").integer(in: 0...(.max))
    messageBytes = try call.required(prefix + "_msg_size_bytes").integer(
      in: 0...Communication.largestSize)
    let microseconds = try call.required(prefix + "_exec_time_us").double()
    duration = Self.nanoseconds(microseconds)
    let recorded = try Self.start(of: call, prefix: prefix)
    isStartRecorded = recorded != nil
    start = try recorded ?? (Self.clock(metadata.required("dump_timestamp_us")) - duration)
    peer =
      kind?.isPointToPoint == true
      ? try call.required("p2p_peer").int(in: 0...size - 1) : nil
  }

  /// Beyond what a trace may last where the number is; that is refused later, with both ends named.
  private static func nanoseconds(_ microseconds: Double) -> Int64 {
    Int64(min(microseconds * 1000, Double(longestTraceNanoseconds) * 2).rounded())
  }

  /// Microseconds of the epoch as nanoseconds, within what 64 bits hold.
  private static func clock(_ node: JSONNode) throws -> Int64 {
    try node.integer(in: 0...(1 << 52)) * 1000
  }

  /// Verbose files state when the first channel's kernel began, and when the host issued the call.
  private static func start(of call: JSONNode, prefix: String) throws -> Int64? {
    guard let trace = try call.optional("event_trace_ts") else { return nil }
    let kernels = try trace.optional("kernel_events")?.elements() ?? []
    let starts = try kernels.compactMap { try $0.optional("kernel_start_ts").map(clock) }
    if let first = starts.filter({ $0 > 0 }).min() { return first }
    let issued = try trace.optional(prefix + "_start_ts").map(clock) ?? 0
    return issued > 0 ? issued : nil
  }
}
