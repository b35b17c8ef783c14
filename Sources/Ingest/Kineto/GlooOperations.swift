import Diagnostics
import JSON
import Quantities
import Trace

/// The host side of a rank without GPU: its operations as compute, and what gloo carries out on its
/// worker threads as collectives.
///
/// A `c10d::` operation issues the collective; the `gloo:` annotation on a worker thread is where
/// it runs. The event names no process group. Gloo starts two worker threads a group, in the order
/// in which groups are made, so the thread tells the group, where the numbers fit; else the default
/// group is assumed.
struct GlooOperations {
  private let raw: KinetoCollector
  private let configured: [CapturedGroup]
  private let worldSize: Int?
  private(set) var assumptions: [Assumption] = []

  /// Calls whose group nothing tells, by their index among the communications.
  private(set) var groupless: Set<Int> = []

  init(_ raw: KinetoCollector, configured: [CapturedGroup], worldSize: Int?) {
    self.raw = raw
    self.worldSize = worldSize
    self.configured = configured
  }

  /// Adds lanes, operations and collectives.
  mutating func add(to builder: inout RankTraceBuilder, salvage: inout Salvage?) throws {
    let spans = HostSpans(raw.cpuOperations) { raw.names[$0.name].hasPrefix("c10d::") }
    for thread in Set(spans.kept.map { raw.cpuOperations[$0].thread }).sorted() {
      _ = builder.lane(Lane(kind: .thread, name: String(thread)))
    }
    var runs = runsByKind()
    for index in spans.kept {
      let span = raw.cpuOperations[index]
      let name = raw.names[span.name]
      let kind = span.args == nil ? nil : CollectiveKind(spelled: name)
      let host = builder.add(
        RankTraceBuilder.Draft(
          kind: kind == nil ? .hostOperation : .launch,
          lane: builder.lane(Lane(kind: .thread, name: String(span.thread))),
          start: span.start, duration: span.duration, name: span.name))
      guard let kind, let args = span.args else { continue }
      let run = takeRun(of: kind, issuedBy: span, args: args, from: &runs)
      var call: Communication
      do {
        call = try communication(kind, name: name, args: args, run: run)
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else { throw diagnostic.offeringSalvage }
        try salvage?.leaveOut(diagnostic)
        continue
      }
      if let group = run.flatMap({ group(ofThread: $0.thread, &builder) }) {
        call.group = group
      } else {
        groupless.insert(builder.communications.count)
        call.group = defaultGroup(&builder)
      }
      let members = builder.groups[call.group]
      call.widenRooted(groupSize: members.ranks?.count ?? (members.isWorld ? worldSize : nil))
      call.peer = try peer(kind, name: name, args: args, group: members)
      let place = run ?? span
      builder.add(
        RankTraceBuilder.Draft(
          kind: .hostCollective,
          lane: builder.lane(
            Lane(kind: .thread, name: run == nil ? "\(span.thread) async" : String(place.thread))),
          start: place.start, duration: place.duration, name: place.name, launchedBy: host,
          communication: builder.communications.count))
      builder.communications.append(call)
    }
  }

  // MARK: Which run belongs to which call

  private func runsByKind() -> [CollectiveKind: [KinetoCollector.HostSpan]] {
    let runs = raw.annotations.filter { raw.names[$0.name].hasPrefix("gloo:") }
      .sorted { ($0.start, $0.thread) < ($1.start, $1.thread) }
    return Dictionary(grouping: runs) { CollectiveKind(spelled: raw.names[$0.name]) ?? .metadata }
  }

  /// The first run of the kind that starts no earlier than the call and has the call's shapes.
  private func takeRun(
    of kind: CollectiveKind, issuedBy call: KinetoCollector.HostSpan, args: JSONNode,
    from runs: inout [CollectiveKind: [KinetoCollector.HostSpan]]
  ) -> KinetoCollector.HostSpan? {
    let shapes = (args.value["Input Dims"]?.arrayValue ?? []).map(Self.flattened)
    guard
      let index = runs[kind]?.firstIndex(where: { run in
        guard run.start >= call.start else { return false }
        let shape = run.args?.value["Input Dims"].map(Self.flattened) ?? []
        return shape.isEmpty || shapes.contains(shape)
      })
    else { return nil }
    return runs[kind]?.remove(at: index)
  }

  private static func flattened(_ value: JSONValue) -> [Int64] {
    guard let entries = value.arrayValue else { return value.integerValue.map { [$0] } ?? [] }
    return entries.flatMap(flattened)
  }

  // MARK: Groups

  private mutating func group(
    ofThread thread: Int64, _ builder: inout RankTraceBuilder
  ) -> Int? {
    let threads = raw.glooThreads.sorted()
    guard !configured.isEmpty, threads.count == configured.count * 2,
      let position = threads.firstIndex(of: thread)
    else { return nil }
    assume("gloo-groups", "process groups of gloo calls are told by gloo's worker threads")
    return builder.group(configured[position / 2])
  }

  private mutating func defaultGroup(_ builder: inout RankTraceBuilder) -> Int {
    assume(Self.defaultGroupAssumption.code, Self.defaultGroupAssumption.text)
    let known = configured.first { $0.name == CapturedGroup.identity("") }
    return builder.group(
      known ?? .world)
  }

  /// What captures of gloo lean on where no other file of the rank names their groups.
  static let defaultGroupAssumption = Assumption(
    "gloo-default-group",
    "gloo calls whose process group nothing tells are taken for calls of the default group")

  /// The other rank of a send or receive, the root of a broadcast or reduce: the call states it
  /// as a place in the group.
  private func peer(
    _ kind: CollectiveKind, name: String, args: JSONNode, group: CapturedGroup
  ) throws -> RankID? {
    let position: Int
    switch kind {
    case .send, .receive, .broadcast: position = 2
    case .reduce, .gather, .scatter: position = 3
    default: return nil
    }
    let inputs = args.value["Concrete Inputs"]?.arrayValue ?? []
    let place = inputs.dropFirst(position).first?.stringValue.flatMap { Int32($0) }
    if let place, place < 0 || place >= maximumWorldSize, kind.isPointToPoint {
      throw args.diagnostic(
        .valueOutOfRange, "\(name) names the rank \(place), which is none",
        remedy: "the file was damaged or edited; capture or copy it again")
    }
    if let place, place >= 0, !name.contains("any_source") {
      // In the default group a place is a rank.
      if group.ranks == nil, group.name == CapturedGroup.identity("") { return RankID(place) }
      if let ranks = group.ranks, ranks.indices.contains(Int(place)) { return ranks[Int(place)] }
    }
    guard kind.isPointToPoint else { return nil }
    throw args.diagnostic(
      .groupUnknown, "\(name) does not say the other rank",
      remedy: name.contains("any_source")
        ? "a receive from any source can't be replayed" : "capture with record_shapes=True")
  }

  private mutating func assume(_ code: String, _ text: String) {
    let assumption = Assumption(code, text)
    if !assumptions.contains(assumption) { assumptions.append(assumption) }
  }

  // MARK: Sizes

  private mutating func communication(
    _ kind: CollectiveKind, name: String, args: JSONNode, run: KinetoCollector.HostSpan?
  ) throws -> Communication {
    var call = Communication(kind: kind, group: 0)
    guard kind != .barrier else { return call }
    let dims = args.value["Input Dims"]?.arrayValue ?? []
    // Operations that take (output, input); the others take the tensor, or its list, first.
    let outputFirst = [.allToAll, .allGather, .reduceScatter].contains(kind)
    // Only the root of a gather has outputs: what every member puts in comes second.
    let sized = kind == .gather ? dims.dropFirst().first : dims.first
    guard let first = sized.flatMap(TensorSizes.elements) else {
      throw args.diagnostic(
        .collectiveUnsized, "\(name) has no 'Input Dims'",
        remedy: "capture with record_shapes=True")
    }
    let input = outputFirst ? dims.dropFirst().first.flatMap(TensorSizes.elements) ?? first : first
    let size = elementBytes(args, run: run)
    call.sendBytes = ByteCount(TensorSizes.saturatingProduct(input, size))
    call.receiveBytes = ByteCount(TensorSizes.saturatingProduct(first, size))
    guard kind == .allToAll else { return call }
    if name == "c10d::alltoall_" {
      // Lists of tensors, one a peer: their sizes are the splits.
      call.receiveSplits = listSplits(dims.first, elementBytes: size)
      call.sendSplits = listSplits(dims.dropFirst().first, elementBytes: size)
      return call
    }
    let received = Self.list(3, of: args.value)
    let sent = Self.list(4, of: args.value)
    call.receiveSplits = try splits(received, call.receiveBytes, at: args)
    call.sendSplits = try splits(sent, call.sendBytes, at: args)
    if sent == .cut { call.sizes = .lost }
    call.receiveSplitsAreLost = received == .cut
    return call
  }

  /// A split list among the inputs. Of lists of more than 30 entries Kineto keeps the beginning or, on
  /// CPU operations, nothing: no text and no type, where an even split has the text `[]`.
  private static func list(_ position: Int, of args: JSONValue) -> CapturedList {
    let inputs = args["Concrete Inputs"]?.arrayValue ?? []
    guard inputs.indices.contains(position), inputs[position] != .string("") else { return .cut }
    let list = CapturedList(inputs[position])
    return list == .absent ? .cut : list
  }

  private func listSplits(_ shapes: JSONValue?, elementBytes: Int64) -> [Int64]? {
    shapes?.arrayValue?.map {
      TensorSizes.saturatingProduct(TensorSizes.elements($0) ?? 1, elementBytes)
    }
  }

  private func splits(
    _ list: CapturedList, _ total: ByteCount, at args: JSONNode
  ) throws -> [Int64]? {
    guard case .whole(let rows) = list, !rows.isEmpty else { return nil }
    return try splitRows(rows, totalBytes: total.bytes, name: "Concrete Inputs", at: args.location)
  }

  private mutating func elementBytes(_ args: JSONNode, run: KinetoCollector.HostSpan?) -> Int64 {
    let types =
      (args.value["Input type"]?.arrayValue ?? [])
      + (run?.args?.value["Input type"]?.arrayValue ?? [])
    if let size = types.lazy.compactMap({ $0.stringValue.flatMap(TensorSizes.elementBytes) }).first
    {
      return size
    }
    assume("element-size", "elements of tensors of unknown type are taken for 4 bytes")
    return 4
  }
}
