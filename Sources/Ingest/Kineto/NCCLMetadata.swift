import Diagnostics
import JSON
import Quantities
import Trace

/// The communication metadata that modern PyTorch puts on NCCL kernels.
struct NCCLMetadata {
  /// The kind under the framework's name for it; `nil` where that is no communication (`wait`).
  var kind: CollectiveKind?
  var collectiveName: String
  var group: CapturedGroup
  /// `nil` where the event states no sizes.
  var sendElements: Int64?
  var receiveElements: Int64?
  var dtype: String
  var sendSplits: CapturedList
  var receiveSplits: CapturedList
  var peer: RankID?
  var sequence: Int64?

  /// Reads an event's `args`.
  init(_ args: JSONNode) throws {
    let value = args.value
    collectiveName = value["Collective name"]?.stringValue ?? ""
    kind = CollectiveKind(spelled: collectiveName)
    let name = value["Process Group Name"]?.stringValue ?? ""
    var ranks: [RankID]?
    if case .whole(let numbers) = CapturedList(value["Process Group Ranks"]), !numbers.isEmpty {
      ranks = try numbers.map { number in
        guard number >= 0, number < maximumWorldSize else {
          throw args.diagnostic(
            .valueOutOfRange, "\(number) in 'Process Group Ranks' is no rank")
        }
        return RankID(Int32(number))
      }
    }
    group = CapturedGroup(
      name: CapturedGroup.identity(name),
      purpose: CapturedGroup.purpose(value["Process Group Description"]?.stringValue),
      ranks: ranks)
    sendElements = value["In msg nelems"]?.integerValue.map { max(0, $0) }
    receiveElements = value["Out msg nelems"]?.integerValue.map { max(0, $0) }
    dtype = value["dtype"]?.stringValue ?? ""
    sendSplits = Self.splits(value["In split size"], of: collectiveName)
    receiveSplits = Self.splits(value["Out split size"], of: collectiveName)
    // PyTorch writes -1 where it counts none.
    sequence = value["Seq"]?.integerValue.flatMap { $0 >= 0 ? $0 : nil }
    let peerKey = kind == .send ? "Dst Rank" : kind == .receive ? "Src Rank" : "Root rank"
    peer = value[peerKey]?.integerValue.flatMap { number in
      number >= 0 && number < maximumWorldSize ? RankID(Int32(number)) : nil
    }
  }

  /// A list that is not there is an even one, but not of an all-to-all that is named for its splits.
  private static func splits(_ value: JSONValue?, of name: String) -> CapturedList {
    let list = CapturedList(value)
    return list == .absent && name.hasSuffix("v") ? .cut : list
  }

  /// Whether the event says what it moves.
  var isSized: Bool {
    kind == .barrier || (sendElements != nil && receiveElements != nil && !dtype.isEmpty)
  }

  /// The call as the trace keeps it; for metadata that is sized.
  ///
  /// Splits count rows of dimension 0: bytes_j = split_j · elements / Σ splits · element size.
  /// - Throws: a `Diagnostic` for an unknown dtype or splits that don't divide the elements.
  func communication(kind: CollectiveKind, group: Int, at place: SourceLocation) throws
    -> Communication
  {
    var call = Communication(kind: kind, group: group)
    call.sequence = sequence
    call.peer = peer
    guard kind != .barrier else { return call }
    guard let size = TensorSizes.elementBytes(dtype) else {
      throw Diagnostic(
        .collectiveUnsized, at: place, "the dtype '\(dtype)' of \(collectiveName) is not known",
        remedy: "name one of PyTorch's, such as Float or BFloat16")
    }
    call.sendBytes = ByteCount(TensorSizes.saturatingProduct(sendElements ?? 0, size))
    call.receiveBytes = ByteCount(TensorSizes.saturatingProduct(receiveElements ?? 0, size))
    if kind == .allToAll {
      call.sendSplits = try splitBytes(
        sendSplits, total: call.sendBytes.bytes, name: "In split size", at: place)
      call.receiveSplits = try splitBytes(
        receiveSplits, total: call.receiveBytes.bytes, name: "Out split size", at: place)
      if sendSplits == .cut { call.sizes = .lost }
      call.receiveSplitsAreLost = receiveSplits == .cut
    }
    return call
  }

  private func splitBytes(
    _ list: CapturedList, total: Int64, name: String, at place: SourceLocation
  ) throws -> [Int64]? {
    guard case .whole(let rows) = list, !rows.isEmpty else { return nil }
    return try splitRows(rows, totalBytes: total, name: name, at: place)
  }
}

/// Splits in rows, as bytes: `nil` splits that move nothing; an error where rows don't divide.
func splitRows(
  _ rows: [Int64], totalBytes: Int64, name: String, at place: SourceLocation
) throws -> [Int64] {
  guard rows.allSatisfy({ $0 >= 0 }) else {
    throw Diagnostic(.valueOutOfRange, at: place, "'\(name)' holds a negative split")
  }
  let sum = rows.reduce(0, TensorSizes.saturatingSum)
  guard sum > 0 else { return rows.map { _ in 0 } }
  guard totalBytes % sum == 0 else {
    throw Diagnostic(
      .valueOutOfRange, at: place,
      "'\(name)' adds up to \(sum) rows, which don't divide the \(totalBytes) bytes of the tensor")
  }
  return rows.map { TensorSizes.saturatingProduct($0, totalBytes / sum) }
}
