import Diagnostics
import JSON
import Quantities
import Trace

/// One entry of a flight recorder: a collective, a send or a receive.
struct FlightRecorderEntry {
  /// As PyTorch names it: `nccl:_all_gather_base`, `nccl:send 0->3`.
  var name: String
  /// `nil` where the name is no communication known here (`nccl:coalesced`).
  var kind: CollectiveKind?
  /// The group's name and its purpose.
  var group: (name: String, purpose: String)
  /// The number of its rank's process group objects; means nothing on other ranks.
  var localGroup: Int64?
  /// The number in the group: of its collectives, or of the rank's own sends and receives.
  var sequence: Int64?
  /// Of a send or receive the other side: a place in the group, in the default group a rank.
  var peer: Int?
  var state: CallState
  /// Nanoseconds since the epoch.
  var start: Int64
  var duration: Int64
  var sendBytes: Int64
  var receiveBytes: Int64
  /// Whether some duration was recorded.
  var isTimed: Bool

  /// Reads an element of `entries`.
  ///
  /// - Throws: a `Diagnostic` with the key path.
  init(_ node: JSONNode) throws {
    name = try node.required("profiling_name").string()
    let operation = name.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
    kind = CollectiveKind(spelled: String(operation.prefix { $0 != " " }))
    let isPair = try node.optional("is_p2p")?.bool() ?? (kind?.isPointToPoint ?? false)
    let names = try node.required("process_group")
    let parts = try names.elements()
    guard let identity = parts.first else {
      throw names.diagnostic(.missingKey, "does not name the process group")
    }
    group = (
      CapturedGroup.identity(try identity.string()),
      CapturedGroup.purpose(try parts.dropFirst().first?.string())
    )
    localGroup = node.value["pg_id"]?.integerValue
    let numberKey =
      isPair
      ? "p2p_seq_id" : node.value["collective_seq_id"] == nil ? "seq_id" : "collective_seq_id"
    sequence = try node.required(numberKey).integer(in: 0...(.max))
    peer = try Self.peer(kind, operation: operation, at: node)
    state = try Self.state(node)
    let times = try Times(node)
    (start, duration, isTimed) = (times.start, times.duration, times.isTimed)
    sendBytes = try Self.bytes("input_sizes", types: "input_dtypes", of: node)
    receiveBytes = try Self.bytes("output_sizes", types: "output_dtypes", of: node)
    if kind == .send { receiveBytes = 0 }
    if kind == .receive { sendBytes = 0 }
  }

  private static func state(_ node: JSONNode) throws -> CallState {
    let state = try node.required("state")
    guard let known = CallState(rawValue: try state.string()) else {
      throw state.diagnostic(
        .valueOutOfRange, "is no state of a call: scheduled, started or completed")
    }
    return known
  }

  /// The other side in `send 0->3`, `recv 0<-3`.
  private static func peer(
    _ kind: CollectiveKind?, operation: String, at node: JSONNode
  ) throws -> Int? {
    guard let kind, kind.isPointToPoint else { return nil }
    let arrow = kind == .send ? "->" : "<-"
    if let place = operation.firstRange(of: arrow),
      let peer = Int(operation[place.upperBound...].drop { $0 == " " }),
      0..<maximumWorldSize ~= peer
    {
      return peer
    }
    throw try node.required("profiling_name").diagnostic(
      .valueOutOfRange, "does not say the other rank, as in 'nccl:send 0->3'")
  }

  /// The sum over tensors of elements times bytes of an element.
  private static func bytes(_ key: String, types: String, of node: JSONNode) throws -> Int64 {
    guard let sizes = try node.optional(key) else { return 0 }
    let types = try node.optional(types)?.elements() ?? []
    var total: Int64 = 0
    for (index, shape) in try sizes.elements().enumerated() {
      guard let type = types.dropFirst(index).first ?? types.last else {
        throw shape.diagnostic(.missingKey, "is a tensor without a dtype")
      }
      guard let size = TensorSizes.elementBytes(try type.string()) else {
        throw type.diagnostic(
          .collectiveUnsized, "the dtype '\(try type.string())' is not known",
          remedy: "name one of PyTorch's, such as Float or BFloat16")
      }
      let elements = try shape.elements().reduce(Int64(1)) {
        TensorSizes.saturatingProduct($0, try $1.integer(in: 0...(.max)))
      }
      total = TensorSizes.saturatingSum(total, TensorSizes.saturatingProduct(elements, size))
    }
    return total
  }
}

extension FlightRecorderEntry {
  /// When an entry ran, as far as it was watched.
  private struct Times {
    var start: Int64
    var duration: Int64 = 0
    var isTimed = false

    /// Issue and, where the recorder's watchdog saw them, start and end; `duration_ms`, where the
    /// job measured it, is the better length.
    init(_ node: JSONNode) throws {
      // As far as any clock goes: 2^62 ns are 146 years.
      let clock: ClosedRange<Int64> = 0...(1 << 62)
      func time(_ key: String) throws -> Int64? {
        try node.optional(key)?.integer(in: clock)
      }
      let created = try node.required("time_created_ns").integer(in: clock)
      let started = try time("time_discovered_started_ns")
      let completed = try time("time_discovered_completed_ns")
      start = started ?? created
      if let milliseconds = try node.optional("duration_ms")?.double() {
        duration = Int64(min(milliseconds * 1e6, Double(longestTraceNanoseconds) * 2).rounded())
        isTimed = true
      } else if let started, let completed {
        duration = max(0, completed - started)
        isTimed = true
      }
    }
  }
}
