import Diagnostics
import JSON
import Quantities
import Trace

/// A call of NCCL in an execution trace: a node `record_param_comms`.
///
/// Its inputs, in order: the tensors, a request or sequence number (and whether it is point to point),
/// the group (an address, or name and description), the rank or the peer, the name of the operation,
/// splits sent and received, the group's first rank and stride, its size. `wait` has no tensors, so
/// everything shifts: the place of the first string that is the operation's name tells the others.
struct RecordedCall {
  /// The node's name.
  static let nodeName = "record_param_comms"

  let node: ExecutionNode
  let kind: CollectiveKind
  /// Where the operation's name stands.
  private let place: Int

  /// The call of a node; `nil` where it is none of communication (`wait`).
  init?(_ node: ExecutionNode) {
    guard
      let place = node.inputs.indices.first(where: { index in
        node.inputs[index].stringValue != nil
          && (!node.inputTypes.indices.contains(index) || node.inputTypes[index] == "String")
      }),
      let name = node.text("collective_name") ?? node.inputs[place].stringValue,
      let kind = CollectiveKind(spelled: name)
    else { return nil }
    self.node = node
    self.kind = kind
    self.place = place
  }

  private func input(_ offset: Int) -> JSONValue? {
    let index = place + offset
    return node.inputs.indices.contains(index) ? node.inputs[index] : nil
  }

  /// The rank of the caller in the group, or the root or peer, by kind.
  private var rankOrPeer: Int64? { input(-1)?.integerValue }

  /// The rank that the call itself says it is of: a place in the group.
  var ownPlace: RankID? {
    switch kind {
    case .allReduce, .allGather, .reduceScatter, .allToAll, .barrier:
      rankOrPeer.flatMap { 0..<Int64(maximumWorldSize) ~= $0 ? RankID(Int32($0)) : nil }
    default: nil
    }
  }

  /// Whether the call names its group, rather than where it lies in memory.
  var namesGroup: Bool { node.text("pg_name") != nil || groupPair != nil }

  /// The index of the call's group; `nil` where it can't be told.
  func group(in groups: inout ExecutionGroups) -> Int? {
    let size = node.number("pg_size") ?? groupSize
    if let name = node.text("pg_name") {
      return groups.number(named: name, purpose: node.text("pg_desc"), size: size)
    }
    if let (name, purpose) = groupPair {
      return groups.number(named: name, purpose: purpose, size: size)
    }
    return input(-2)?.integerValue.flatMap { groups.number(atAddress: $0, size: size) }
  }

  private var groupPair: (name: String, purpose: String)? {
    guard let pair = input(-2)?.arrayValue, pair.count == 2, let name = pair[0].stringValue,
      let purpose = pair[1].stringValue
    else { return nil }
    return (name, purpose)
  }

  /// The last of what follows the splits, where anything does.
  private var groupSize: Int64? {
    node.inputs.count > place + 3 ? node.inputs.last?.integerValue : nil
  }

  /// What the call moves.
  ///
  /// - Parameter ranks: of the group, where known: roots and peers are places in it.
  /// - Throws: a `Diagnostic` where sizes are missing or don't fit together.
  func communication(ranks: [RankID]?) throws -> Communication {
    var call = Communication(kind: kind, group: 0)
    guard kind != .barrier else { return call }
    let (sent, received) = try bytes()
    call.sendBytes = ByteCount(sent)
    call.receiveBytes = ByteCount(received)
    call.widenRooted(groupSize: ranks?.count)
    switch kind {
    case .send, .receive, .broadcast, .reduce, .gather, .scatter:
      call.peer = rankOrPeer.flatMap { place in
        ranks.flatMap { 0..<Int64($0.count) ~= place ? $0[Int(place)] : nil }
      }
    case .allToAll:
      let (send, receive) = (list(1, "in_split_size"), list(2, "out_split_size"))
      call.sendSplits = try splits(send, of: sent, "in splits")
      call.receiveSplits = try splits(receive, of: received, "out splits")
      if send == .cut { call.sizes = .lost }
      call.receiveSplitsAreLost = receive == .cut
    default: break
    }
    return call
  }

  private func bytes() throws -> (sent: Int64, received: Int64) {
    if let dtype = node.text("dtype"), let sent = node.number("in_msg_nelems"), sent >= 0,
      let received = node.number("out_msg_nelems"), received >= 0
    {
      guard let size = TensorSizes.elementBytes(dtype) else {
        throw node.node.diagnostic(
          .collectiveUnsized, "the dtype '\(dtype)' of \(kind.rawValue) is not known",
          remedy: "name one of PyTorch's, such as Float or BFloat16")
      }
      return (
        TensorSizes.saturatingProduct(sent, size), TensorSizes.saturatingProduct(received, size)
      )
    }
    let sent = node.inputs.prefix(place).lazy.compactMap(ExecutionNode.bytes).first
    let received = node.outputs.lazy.compactMap(ExecutionNode.bytes).first
    guard let either = sent ?? received else {
      throw node.node.diagnostic(
        .collectiveUnsized, "\(kind.rawValue) has no tensors",
        remedy: "capture the execution trace with a PyTorch that records them")
    }
    return (sent ?? either, received ?? either)
  }

  /// A split list: as an input, else as an attribute, which PyTorch may cut.
  private func list(_ offset: Int, _ attribute: String) -> CapturedList {
    if let list = input(offset), list.arrayValue != nil { return CapturedList(list) }
    let list = CapturedList(node.text(attribute).map { .string($0) })
    return list == .absent ? .cut : list
  }

  private func splits(_ list: CapturedList, of bytes: Int64, _ name: String) throws -> [Int64]? {
    guard case .whole(let rows) = list, !rows.isEmpty else { return nil }
    return try splitRows(rows, totalBytes: bytes, name: name, at: node.node.location)
  }
}
