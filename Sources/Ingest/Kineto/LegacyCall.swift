import Diagnostics
import JSON
import Quantities
import Trace

/// A call of NCCL as PyTorch before 2.2 records it: an annotation `nccl:<op>` on the host thread that
/// launches the kernel, with the shapes and types of what the rank puts in. It names no group, no
/// peer, and no splits.
struct LegacyCall {
  /// What the annotation's name begins with.
  static let prefix = "nccl:"

  /// The kind that the annotation's name spells.
  let kind: CollectiveKind
  /// Bytes that the rank puts in.
  let bytes: Int64

  /// The call of an annotation; `nil` where its name spells none, or it holds no sizes.
  init?(name: String, args: JSONNode?) {
    guard name.hasPrefix(Self.prefix),
      let kind = CollectiveKind(spelled: String(name.dropFirst(Self.prefix.count))),
      // What stands there of these two is a root's on one rank, and a member's on others.
      kind != .gather, kind != .scatter
    else { return nil }
    self.kind = kind
    guard kind != .barrier else {
      bytes = 0
      return
    }
    let shapes = args?.value["Input Dims"]?.arrayValue ?? []
    let types = args?.value["Input type"]?.arrayValue ?? []
    // One entry a tensor; an empty shape is a scalar's.
    guard !shapes.isEmpty, shapes.count == types.count else { return nil }
    var sum: Int64 = 0
    for (shape, type) in zip(shapes, types) {
      guard let size = type.stringValue.flatMap(TensorSizes.elementBytes) else { return nil }
      let elements = shape == .array([]) ? 1 : TensorSizes.elements(shape)
      guard let elements else { return nil }
      sum = TensorSizes.saturatingSum(sum, TensorSizes.saturatingProduct(elements, size))
    }
    bytes = sum
  }

  /// The call in a group of `count` ranks; `nil` where their number is not known and decides what each
  /// gets.
  ///
  /// An all-to-all may have had splits or not; the annotation is the same. So they are lost.
  func communication(group: Int, of count: Int?) -> Communication? {
    var call = Communication(kind: kind, group: group)
    call.sendBytes = ByteCount(bytes)
    switch kind {
    case .allToAll:
      call.sizes = .lost
      call.receiveSplitsAreLost = true
    case .allGather:
      guard let count else { return nil }
      call.receiveBytes = ByteCount(TensorSizes.saturatingProduct(bytes, Int64(count)))
    case .reduceScatter:
      guard let count else { return nil }
      call.receiveBytes = ByteCount(bytes / Int64(count))
    default: call.receiveBytes = ByteCount(bytes)
    }
    return call
  }
}
