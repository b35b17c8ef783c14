import Diagnostics
import JSON
import Quantities
import Trace

/// A call in an execution trace as PyTorch's dispatcher sees it, `c10d::alltoall_base_`: of gloo there is
/// nothing else. The process group is an object of which the trace says nothing.
struct IssuedCall {
  /// What the node's name begins with.
  static let prefix = "c10d::"

  let node: ExecutionNode
  let kind: CollectiveKind

  /// The call of a node; `nil` where its name spells none.
  init?(_ node: ExecutionNode) {
    guard node.name.hasPrefix(Self.prefix), let kind = CollectiveKind(spelled: node.name) else {
      return nil
    }
    self.node = node
    self.kind = kind
  }

  private func input(_ index: Int) -> JSONValue? {
    node.inputs.indices.contains(index) ? node.inputs[index] : nil
  }

  /// What the call moves.
  ///
  /// - Parameter ranks: of the group, where known: roots and peers are places in it.
  func communication(ranks: [RankID]?) throws -> Communication {
    var call = Communication(kind: kind, group: 0)
    guard kind != .barrier else { return call }
    // Operations that take (outputs, inputs); the others take the tensors first.
    let outputFirst =
      [.allToAll, .allGather, .reduceScatter, .gather, .scatter].contains(kind)
    let first = input(0).flatMap(ExecutionNode.bytes)
    let second = outputFirst ? input(1).flatMap(ExecutionNode.bytes) : first
    guard let received = first ?? second, let sent = second ?? first else {
      throw node.node.diagnostic(
        .collectiveUnsized, "\(node.name) has no tensors",
        remedy: "capture the execution trace with a PyTorch that records them")
    }
    call.sendBytes = ByteCount(sent)
    call.receiveBytes = ByteCount(received)
    if kind == .allToAll { try addSplits(&call) }
    call.widenRooted(groupSize: ranks?.count)
    if let place = peerPlace, let ranks, 0..<Int64(ranks.count) ~= place {
      call.peer = ranks[Int(place)]
    }
    return call
  }

  private var peerPlace: Int64? {
    switch kind {
    case .send, .receive, .broadcast: input(2)?.integerValue
    case .reduce, .gather, .scatter: input(3)?.integerValue
    default: nil
    }
  }

  private func addSplits(_ call: inout Communication) throws {
    guard node.name != "c10d::alltoall_" else {
      // Lists of tensors, one a peer: their sizes are the splits.
      call.receiveSplits = input(0)?.arrayValue?.map { ExecutionNode.bytes($0) ?? 0 }
      call.sendSplits = input(1)?.arrayValue?.map { ExecutionNode.bytes($0) ?? 0 }
      return
    }
    let (receive, send) = (CapturedList(input(3)), CapturedList(input(4)))
    call.receiveSplits = try splits(receive, of: call.receiveBytes, "output_split_sizes")
    call.sendSplits = try splits(send, of: call.sendBytes, "input_split_sizes")
    if call.sendSplits == nil, send != .whole([]) { call.sizes = .lost }
    call.receiveSplitsAreLost = call.receiveSplits == nil && receive != .whole([])
  }

  private func splits(
    _ list: CapturedList, of bytes: ByteCount, _ name: String
  ) throws -> [Int64]? {
    guard case .whole(let rows) = list, !rows.isEmpty else { return nil }
    return try splitRows(rows, totalBytes: bytes.bytes, name: name, at: node.node.location)
  }
}
