import Diagnostics
import JSON
import Quantities
import Trace

/// The host side of a rank without GPU: its operations as compute, and what gloo carries out on its
/// worker threads as collectives.
///
/// A `c10d::` operation issues the collective; the `gloo:` annotation on a worker thread is where
/// it runs. The event names no process group. Gloo starts two worker threads a group, in the order
/// in which groups are made, so the thread tells the group, where the numbers fit; else the first
/// configured group is assumed.
struct GlooOperations {
  private let raw: KinetoCollector
  private let configured: [CapturedGroup]
  private(set) var assumptions: [Assumption] = []

  init(_ raw: KinetoCollector, configured: [CapturedGroup]) {
    self.raw = raw
    self.configured = configured
  }

  /// Adds lanes, operations and collectives.
  mutating func add(to builder: inout RankTraceBuilder) throws {
    let spans = HostSpans(raw.cpuOperations) { raw.names[$0.name].hasPrefix("c10d::") }
    for thread in Set(spans.kept.map { raw.cpuOperations[$0].thread }).sorted() {
      _ = builder.lane(Lane(kind: .thread, name: String(thread)))
    }
    var runs = runsByKind()
    let fallback = try fallbackGroup(&builder)
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
      var call = try communication(kind, name: name, args: args, run: run)
      call.group = try run.flatMap { try group(ofThread: $0.thread, &builder) } ?? fallback
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

  private mutating func group(ofThread thread: Int64, _ builder: inout RankTraceBuilder) throws
    -> Int?
  {
    let threads = raw.glooThreads.sorted()
    guard !configured.isEmpty, threads.count == configured.count * 2,
      let position = threads.firstIndex(of: thread)
    else { return nil }
    assume("gloo-groups", "process groups of gloo calls are told by gloo's worker threads")
    return builder.group(configured[position / 2])
  }

  private mutating func fallbackGroup(_ builder: inout RankTraceBuilder) throws -> Int {
    if let first = configured.first { return builder.group(first) }
    return builder.group(
      CapturedGroup(name: "0", purpose: "default_pg", ranks: nil, isWorld: true))
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
    guard let first = dims.first.flatMap(TensorSizes.elements) else {
      throw args.diagnostic(
        .collectiveUnsized, "\(name) has no 'Input Dims'",
        remedy: "capture with record_shapes=True")
    }
    let input = outputFirst ? dims.dropFirst().first.flatMap(TensorSizes.elements) ?? first : first
    let size = elementBytes(args, run: run)
    call.sendBytes = ByteCount(TensorSizes.saturatingProduct(input, size))
    call.receiveBytes = ByteCount(TensorSizes.saturatingProduct(first, size))
    if kind == .allToAll {
      let concrete = args.value["Concrete Inputs"]?.arrayValue ?? []
      let lists = concrete.dropFirst(3).map { CapturedList($0) }
      call.receiveSplits = try splits(lists.first, call.receiveBytes, at: args)
      call.sendSplits = try splits(lists.dropFirst().first, call.sendBytes, at: args)
    }
    return call
  }

  private func splits(
    _ list: CapturedList?, _ total: ByteCount, at args: JSONNode
  ) throws -> [Int64]? {
    guard case .whole(let rows)? = list, !rows.isEmpty else { return nil }
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
