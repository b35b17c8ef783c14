import Diagnostics
import JSON
import Quantities
import Trace

/// Reads one rank's PyTorch Kineto (Chrome trace JSON) file.
struct KinetoReader {
  let rules: [KernelRules]
  private var raw: KinetoCollector
  private var builder = RankTraceBuilder()
  private let annotations: SpanNesting
  /// Annotations that stand for the call of a kernel: a second kernel has none.
  private var claimed: Set<Int> = []
  private var groupless: Set<Int> = []
  private var worldSize: Int?
  private let isLegacy: Bool
  private var launches = LaunchIndex()
  private var waitEdges: KinetoWaitEdges?
  private var launchless = LaunchlessOperations()
  /// By number of the name: whether it is a name of communication. Told when first asked.
  private var communicationNames: [Bool?] = []
  private var ncclNames: [Bool?] = []
  private var log = DiagnosticLog()
  private var ruleHits: [String: (kernels: Int, routed: Bool)] = [:]
  private var unsized: [String: Int] = [:]
  private var assumptions: [Assumption] = []
  private var salvage: Salvage?

  /// Picks the file apart; `salvages` goes on with the rest of a damaged one, `decodesAhead` decompresses
  /// on a thread of its own.
  init(
    path: String, rules: [KernelRules], salvages: Bool = false, decodesAhead: Bool = false
  ) throws {
    self.rules = rules
    let collector = try KinetoCollector.read(
      path: path, salvages: salvages, decodesAhead: decodesAhead)
    raw = collector
    salvage = collector.salvage
    if !collector.waits.isEmpty { waitEdges = KinetoWaitEdges(collector.waits) }
    annotations = SpanNesting(collector.annotations)
    isLegacy = !collector.device.contains { $0.metadata != nil }
    builder.names = collector.names
    communicationNames = Array(repeating: nil, count: builder.names.strings.count)
    ncclNames = communicationNames
  }

  /// The rank in the file.
  mutating func read() throws -> RankCapture {
    let info = raw.headers["distributedInfo"]
    let rank = try info?.optional("rank")?.int(in: 0...maximumWorldSize - 1)
    worldSize = try info?.optional("world_size")?.int(in: 1...maximumWorldSize)
    try declareGroups(info)
    if raw.device.isEmpty {
      var host = GlooOperations(raw, configured: builder.groups, worldSize: worldSize)
      try host.add(to: &builder, salvage: &salvage)
      assumptions += host.assumptions
      groupless = host.groupless
      noteMissingKernels()
    } else {
      try addDevice()
    }
    addSteps()
    noteRules()
    if !launches.isEmpty, let diagnostic = launchless.diagnostic(path: raw.path) {
      log.note(diagnostic)
    }
    if let salvage {
      log.append(salvage.log)
      assumptions += salvage.assumptions
    }
    let base = try raw.headers["baseTimeNanoseconds"]?.integer(in: 0...(1 << 62)) ?? 0
    var trace = try builder.finish(baseNanoseconds: base, path: raw.path)
    trace.recordsOnlyWaits = waitEdges != nil
    trace.device = raw.headers["deviceProperties"]?.value.arrayValue?.first?["name"]?.stringValue
    trace.host = raw.headers["host_name"]?.value.stringValue
    return RankCapture(
      path: raw.path, rank: rank.map(RankID.init(index:)), worldSize: worldSize,
      groups: builder.groups, trace: trace, groupless: groupless, assumptions: assumptions, log: log
    )
  }

  private mutating func declareGroups(_ info: JSONNode?) throws {
    for node in try info?.optional("pg_config")?.elements() ?? [] {
      var ranks: [RankID]?
      if case .whole(let list) = CapturedList(node.value["ranks"]), !list.isEmpty {
        ranks =
          try node.required("ranks").value.arrayValue == nil
          ? Self.ranks(list, at: node.required("ranks"))
          : node.required("ranks").elements().map {
            RankID(index: try $0.int(in: 0...maximumWorldSize - 1))
          }
      }
      _ = builder.group(
        CapturedGroup(
          name: CapturedGroup.identity(try node.required("pg_name").string()),
          purpose: CapturedGroup.purpose(try node.optional("pg_desc")?.string()), ranks: ranks))
    }
  }

  private static func ranks(_ list: [Int64], at node: JSONNode) throws -> [RankID] {
    try list.map { number in
      guard 0..<Int64(maximumWorldSize) ~= number else {
        throw node.diagnostic(.valueOutOfRange, "\(number) is no rank")
      }
      return RankID(index: Int(number))
    }
  }

  private mutating func addDevice() throws {
    addRuntimeCalls()
    for stream in raw.device.streams.sorted() { _ = builder.lane(.stream, numbered: stream) }
    var device = raw.takeDevice()
    try device.drain { operation in
      let name = builder.names[operation.name]
      let launch = operation.correlation.flatMap { launches[$0] }
      if let correlation = operation.correlation, launch == nil {
        launchless.add(correlation, name: name, offset: operation.offset)
      }
      var draft = RankTraceBuilder.Draft(
        kind: operation.kind, lane: builder.lane(.stream, numbered: operation.stream),
        start: operation.start, duration: operation.duration, name: operation.name,
        launchedBy: launch)
      do {
        if let call = try communication(of: operation, name: name) {
          draft.communication = builder.communications.count
          builder.communications.append(call)
        }
        let event = builder.add(draft)
        waitEdges?.addOperation(
          event, stream: operation.stream,
          launched: launch.map { builder.start(of: $0) } ?? operation.start)
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else { throw diagnostic.offeringSalvage }
        try salvage?.leaveOut(diagnostic)
      }
    }
    for edge in waitEdges?.resolve(path: raw.path, log: &log) ?? [] {
      builder.addEdge(from: edge.from, to: edge.to)
    }
  }

  /// Adds the calls that launched something or waited.
  private mutating func addRuntimeCalls() {
    var launched = raw.device.compactMap(\.correlation)
    launched.sort()
    func isKept(_ call: KinetoCollector.RuntimeCall) -> Bool {
      guard call.role == .launches else { return true }
      guard let correlation = call.correlation else { return false }
      let behind = launched.partitionPoint { $0 > correlation }
      return behind > 0 && launched[behind - 1] == correlation
    }
    var threads: Set<Int64> = []
    var count = 0
    for call in raw.runtime where isKept(call) {
      threads.insert(call.thread)
      count += 1
    }
    let polls = raw.takePolls()
    for poll in polls { threads.insert(poll.thread) }
    for thread in threads.sorted() { _ = builder.lane(.thread, numbered: thread) }
    builder.reserveCapacity(count + raw.device.count)
    var runtime = raw.takeRuntime()
    runtime.drain { call in
      guard isKept(call) else { return }
      let draft = builder.add(
        RankTraceBuilder.Draft(
          kind: Self.kind(of: call.role), lane: builder.lane(.thread, numbered: call.thread),
          start: call.start, duration: call.duration, name: call.name))
      guard let correlation = call.correlation else { return }
      if call.role == .launches {
        launches.append(correlation, event: draft)
      } else {
        waitEdges?.addCall(draft, correlation: correlation, start: call.start)
      }
    }
    launches.sort()
    for poll in polls {
      builder.add(
        RankTraceBuilder.Draft(
          kind: .poll, lane: builder.lane(.thread, numbered: poll.thread), start: poll.start,
          duration: poll.lastStart - poll.start, name: poll.name))
    }
  }

  private static func kind(of role: KinetoCollector.RuntimeCall.Role) -> EventKind {
    switch role {
    case .launches: .launch
    case .waits: .synchronize
    case .makesStreamWait: .streamWait
    case .polls, .records: .poll
    }
  }

  private mutating func communication(
    of operation: KinetoCollector.DeviceOperation, name: String
  ) throws -> Communication? {
    guard operation.kind == .kernel else { return nil }
    let place = SourceLocation(file: raw.path, byteOffset: operation.offset)
    if let metadata = operation.metadata, let kind = metadata.kind, metadata.isSized {
      return try metadata.communication(
        kind: kind, group: builder.group(metadata.group), at: place)
    }
    if let call = legacyCall(of: operation) { return call }
    for set in rules {
      guard
        let rule = set.match(
          kernel: name, annotation: { enclosingAnnotation(operation.correlation) })
      else { continue }
      guard let kind = rule.kind else { return nil }
      return communication(kind: kind, rule: rule, of: set)
    }
    if operation.metadata?.kind != nil || isCommunication(operation.name) {
      unsized[Self.shortName(name), default: 0] += 1
    }
    return nil
  }

  private mutating func communication(
    kind: CollectiveKind, rule: KernelRules.Rule, of set: KernelRules
  ) -> Communication {
    let group = set.groups[rule.group]
    ruleHits[set.name, default: (0, false)].kernels += 1
    if rule.routing != nil { ruleHits[set.name]?.routed = true }
    var call = Communication(
      kind: kind,
      group: builder.group(
        CapturedGroup(
          name: group.name, purpose: group.purpose, ranks: group.ranks,
          isWorld: group.ranks == nil)))
    call.sendBytes = ByteCount(rule.sendBytes)
    call.receiveBytes = ByteCount(rule.receiveBytes)
    call.routing = rule.routing
    call.injectionCap = rule.injectionCap
    call.hostWaits = rule.hostWaits
    call.label = rule.label
    call.assumedBy = set.name
    call.sizes = .assumed
    return call
  }

  /// Calls of NCCL of which only the host's side is there: nothing says when they ran.
  private mutating func noteMissingKernels() {
    let calls = raw.annotations.count { builder.names[$0.name].hasPrefix(LegacyCall.prefix) }
    guard calls > 0 else { return }
    log.note(
      Diagnostic(
        .collectiveUnsized, severity: .warning, at: SourceLocation(file: raw.path),
        "calls NCCL and holds no GPU kernels; these calls are left out (calls: \(calls))",
        remedy: "capture with CUDA activities on"))
  }

  /// What the `nccl:` annotation around an NCCL kernel's launch says, in captures whose kernels carry
  /// nothing themselves.
  private mutating func legacyCall(
    of operation: KinetoCollector.DeviceOperation
  ) -> Communication? {
    guard isLegacy, isOfNCCL(operation.name),
      let launch = operation.correlation.flatMap({ launches[$0] }),
      let (thread, start) = builder.threadAndStart(launch)
    else { return nil }
    var span = annotations.innermost(thread: thread, at: start)
    while let index = span {
      let annotation = raw.annotations[index]
      let title = builder.names[annotation.name]
      if title.hasPrefix(LegacyCall.prefix) {
        guard let call = LegacyCall(name: title, args: annotation.args),
          let communication = call.communication(
            group: builder.group(.world), of: worldSize),
          claimed.insert(index).inserted
        else { return nil }
        groupless.insert(builder.communications.count)
        assume(Self.defaultGroupAssumption)
        return communication
      }
      span = annotations.parent[index]
    }
    return nil
  }

  /// What legacy captures lean on where no other file of the rank names their groups.
  static let defaultGroupAssumption = Assumption(
    "nccl-default-group",
    "calls of NCCL whose process group nothing tells are taken for calls of the default group")

  private mutating func assume(_ assumption: Assumption) {
    if !assumptions.contains(assumption) { assumptions.append(assumption) }
  }

  private func enclosingAnnotation(_ correlation: Int64?) -> String? {
    guard let launch = correlation.flatMap({ launches[$0] }),
      let (thread, start) = builder.threadAndStart(launch)
    else { return nil }
    return annotations.innermost(thread: thread, at: start)
      .map { builder.names[raw.annotations[$0].name] }
  }

  private mutating func addSteps() {
    for annotation in raw.annotations
    where builder.names[annotation.name].hasPrefix("ProfilerStep#") {
      builder.add(
        RankTraceBuilder.Draft(
          kind: .step, lane: builder.lane(.thread, numbered: annotation.thread),
          start: annotation.start, duration: annotation.duration, name: annotation.name))
    }
  }

  private mutating func noteRules() {
    for (name, hits) in ruleHits.sorted(by: { $0.key < $1.key }) {
      assumptions.append(
        Assumption(
          "rules",
          "kind, group and sizes of kernels without metadata come from the rules '\(name)'"
            + (hits.routed ? ", with balanced routing" : "")
            + (rules.first { $0.name == name }?.summary ?? "")))
    }
    for (name, count) in unsized.sorted(by: { $0.key < $1.key }) {
      log.note(
        Diagnostic(
          .collectiveUnsized, severity: .warning, at: SourceLocation(file: raw.path),
          "'\(name)' communicates but states no sizes (kernels: \(count)); "
            + "it is replayed as compute, at its captured duration",
          remedy: name.contains("ep::")
            ? "name rules that describe it, for DeepEP --rules deepep"
            : "describe it in a rules file and name that with --rules"))
    }
  }

  private mutating func isOfNCCL(_ name: Int32) -> Bool {
    if let known = ncclNames[Int(name)] { return known }
    let text = builder.names[name]
    let told = ["ncclKernel", "ncclDevKernel", "rcclGeneric"].contains { text.contains($0) }
    ncclNames[Int(name)] = told
    return told
  }

  private mutating func isCommunication(_ name: Int32) -> Bool {
    if let known = communicationNames[Int(name)] { return known }
    let told = Self.looksLikeCommunication(builder.names[name])
    communicationNames[Int(name)] = told
    return told
  }

  private static func looksLikeCommunication(_ name: String) -> Bool {
    [
      "ncclKernel", "ncclDevKernel", "rcclGeneric", "ep::internode::", "ep::intranode::",
      "deep_ep::",
    ]
    .contains(where: name.contains)
  }

  private static func shortName(_ name: String) -> String {
    let end = name.firstIndex { $0 == "<" || $0 == "(" } ?? name.endIndex
    return String(name[..<end].drop { $0 == " " }.split(separator: " ").last ?? "")
  }
}
