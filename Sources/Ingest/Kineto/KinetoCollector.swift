import Diagnostics
import JSON
import Streams
import Trace

/// What one pass over a Kineto file picks out of it: the raw material of a rank.
struct KinetoCollector {
  let path: String
  private let parser: JSONParser

  private(set) var device = DeviceOperations()
  private(set) var runtime = RuntimeCalls()
  private(set) var waits = KinetoWaits()
  private(set) var polls = PollRuns()
  private(set) var cpuOperations: [HostSpan] = []
  private(set) var annotations: [HostSpan] = []
  private(set) var glooThreads: [Int64] = []
  /// The names of events, interned.
  var names: NameTable { eventNames.table }
  private var eventNames = EventNames()
  private(set) var headers: [String: JSONNode] = [:]
  /// What was lost, where the rest of a damaged file is wanted; `nil` where damage is refused.
  private(set) var salvage: Salvage?
  /// Events looked at that could be read, whether they matter or not.
  private var eventsRead = 0

  /// Whether host operations are kept: they are most of a large file, and matter only where there
  /// is no GPU.
  private var keepsHostOperations = true

  /// Reads the file; a second time, host operations and all, where it names a GPU that did nothing.
  ///
  /// - Parameters:
  ///   - salvages: whether to go on with the rest of a damaged file.
  ///   - decodesAhead: whether to decompress on a thread of its own.
  static func read(
    path: String, salvages: Bool, decodesAhead: Bool = false
  ) throws -> KinetoCollector {
    var collector = try KinetoCollector(path: path, salvages: salvages)
    try collector.collect(decodesAhead: decodesAhead)
    guard collector.device.isEmpty, collector.hasDeviceProperties else { return collector }
    var again = try KinetoCollector(path: path, salvages: salvages)
    again.expectsDevice = false
    try again.collect(decodesAhead: decodesAhead)
    return again
  }

  /// Whether a GPU in `deviceProperties` is taken to mean that kernels will come.
  private var expectsDevice = true

  /// The runtime calls, to be used up; leaves none here.
  mutating func takeRuntime() -> RuntimeCalls {
    defer { runtime = RuntimeCalls() }
    return runtime
  }

  /// The runs of queries that took long enough to be waits, to be used up; leaves none here.
  mutating func takePolls() -> [PollRuns.Run] { polls.take() }

  /// The GPU operations, to be used up; leaves none here.
  mutating func takeDevice() -> DeviceOperations {
    defer { device = DeviceOperations() }
    return device
  }

  private init(path: String, salvages: Bool) throws {
    self.path = path
    parser = try JSONParser()
    if salvages { salvage = Salvage(fileNamed: lastComponent(path)) }
  }

  private var hasDeviceProperties: Bool {
    headers["deviceProperties"]?.value.arrayValue?.isEmpty == false
  }

  private mutating func collect(decodesAhead: Bool) throws {
    var scanner = EventStreamScanner(
      try InputStream(path: path, pieceAhead: decodesAhead ? EventStreamScanner.pieceSize : nil))
    let wanted: Set = ["distributedInfo", "baseTimeNanoseconds", "deviceProperties", "host_name"]
    do {
      try scanner.scan(wanted: wanted) { text, offset in
        var length = 0
        let event = KinetoEvent(
          walking: text,
          skipping: { $0 == .other || $0 == .cpuOperation && !keepsHostOperations },
          length: &length)
        guard let event else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: text[..<length])
        try salvaging { try $0.take(bytes, event: event, offset: offset) }
        return length
      } _: { piece, offset in
        try salvaging { try $0.take(piece, offset: offset) }
      }
    } catch let diagnostic as Diagnostic {
      guard salvage != nil else {
        throw eventsRead > 0 ? diagnostic.offeringSalvage : diagnostic
      }
      try salvage?.stop(
        diagnostic, kept: eventsRead, reach: "byte \(scanner.reach) of its text")
    }
    try salvage?.check(kept: eventsRead)
  }

  /// Does something that damage may stop; with salvage, goes on after it.
  @inline(__always)
  private mutating func salvaging(_ body: (inout Self) throws -> Void) throws {
    do {
      try body(&self)
    } catch let diagnostic as Diagnostic {
      guard salvage != nil else { throw diagnostic.offeringSalvage }
      try salvage?.leaveOut(diagnostic)
    }
  }

  private mutating func take(_ piece: EventStreamScanner.Piece, offset: Int64) throws {
    switch piece {
    case .header(let key, let bytes):
      let value = try parseLeniently(bytes, at: SourceLocation(file: path, byteOffset: offset))
      headers[key] = JSONNode(value, at: SourceLocation(file: path, keyPath: key))
      if expectsDevice, hasDeviceProperties { keepsHostOperations = false }
    case .event(let bytes): try take(bytes, event: nil, offset: offset)
    }
  }

  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, event: KinetoEvent?, offset: Int64
  ) throws {
    do {
      try visit(bytes, event ?? KinetoEvent(bytes), offset: offset)
      eventsRead += 1
    } catch let fault as FieldScanner.Malformed {
      throw malformed(fault, in: bytes, offset: offset)
    }
  }

  private func malformed(
    _ fault: FieldScanner.Malformed, in bytes: UnsafeRawBufferPointer, offset: Int64
  ) -> Diagnostic {
    let place = SourceLocation(file: path, byteOffset: offset + Int64(fault.index))
    let remedy = "the file was damaged or edited; capture or copy it again"
    guard fault.isRepeatedKey else {
      return Diagnostic(
        .malformedJSON, at: place, "not valid JSON inside an event", remedy: remedy)
    }
    let key = bytes[(fault.index + 1)...].prefix { $0 != UInt8(ascii: "\"") }
    return Diagnostic(
      .duplicateKey, at: place,
      "the key '\(String(decoding: key, as: UTF8.self))' stands in this object a second time",
      remedy: remedy)
  }

  private mutating func visit(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws {
    switch event.category {
    case .other: return
    case .metadata: try visitMetadata(bytes, event, offset: offset)
    case .kernel, .memcpy, .memset: try visitDevice(bytes, event, offset: offset)
    case .synchronization: try visitSynchronization(bytes, event, offset: offset)
    case .cudaEvent: try visitCUDAEvent(bytes, event)
    case .runtime: try visitRuntime(bytes, event, offset: offset)
    case .cpuOperation, .userAnnotation: try visitHost(bytes, event, offset: offset)
    }
  }

  private mutating func visitDevice(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws {
    guard event.phase == UInt8(ascii: "X") else { return }
    let (start, duration) = try times(bytes, event, offset: offset)
    let args = try event.arguments ?? event.args.map { try KinetoArguments(bytes, at: $0) }
    let kind: EventKind =
      event.category == .kernel ? .kernel : event.category == .memcpy ? .memcpy : .memset
    var operation = DeviceOperation(
      kind: kind, stream: args?.stream ?? event.thread ?? 0, start: start, duration: duration,
      name: try interned(name(bytes, event, offset: offset), bytes, event, offset: offset),
      correlation: args?.correlation, offset: offset)
    if let range = event.args, args?.hasCollective == true {
      operation.metadata = try NCCLMetadata(arguments(bytes, range, offset: offset))
    }
    // Host operations tell nothing more once the GPU's are there.
    if device.isEmpty {
      cpuOperations = []
      keepsHostOperations = false
    }
    device.append(operation)
  }

  private mutating func visitRuntime(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws {
    guard event.phase == UInt8(ascii: "X"), let thread = event.thread else { return }
    let args = try event.arguments ?? event.args.map { try KinetoArguments(bytes, at: $0) }
    let name = try name(bytes, event, offset: offset)
    guard let role = eventNames[name].role else { return polls.end(on: thread) }
    let (start, duration) = try times(bytes, event, offset: offset)
    if role == .polls {
      return polls.add(
        thread: thread, start: start, duration: duration,
        name: try interned(name, bytes, event, offset: offset))
    }
    polls.end(on: thread)
    if let args { waits.note(args, of: role, at: start) }
    if role == .records { return }
    runtime.append(
      RuntimeCall(
        thread: thread, start: start, duration: duration,
        name: try interned(name, bytes, event, offset: offset), correlation: args?.correlation,
        role: role))
  }

  private mutating func visitSynchronization(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws {
    guard event.phase == UInt8(ascii: "X"),
      let kind = KinetoWaits.Wait.Kind(try text(bytes, event.name, offset: offset))
    else { return }
    let args = try event.arguments ?? event.args.map { try KinetoArguments(bytes, at: $0) }
    let (start, _) = try times(bytes, event, offset: offset)
    waits.add(
      KinetoWaits.Wait(
        kind: kind, start: start, stream: args?.stream ?? event.thread,
        correlation: args?.correlation, record: args?.recordCorrelation,
        recordedStream: args?.waitedStream, event: args?.eventNumber))
  }

  /// An event as it was recorded: on which stream, by which call.
  private mutating func visitCUDAEvent(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent
  ) throws {
    let args = try event.arguments ?? event.args.map { try KinetoArguments(bytes, at: $0) }
    guard let correlation = args?.correlation, let stream = args?.stream else { return }
    waits.name(correlation: correlation, stream: stream, event: args?.eventNumber)
  }

  private mutating func visitHost(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws {
    let isAnnotation = event.category == .userAnnotation
    guard event.phase == UInt8(ascii: "X"), isAnnotation || keepsHostOperations,
      let thread = event.thread
    else { return }
    let name = try name(bytes, event, offset: offset)
    let (start, duration) = try times(bytes, event, offset: offset)
    var span = HostSpan(
      thread: thread, start: start, duration: duration,
      name: try interned(name, bytes, event, offset: offset))
    if let range = event.args, eventNames[name].keepsArguments {
      span.args = try arguments(bytes, range, offset: offset)
    }
    if isAnnotation { annotations.append(span) } else { cpuOperations.append(span) }
  }

  private mutating func visitMetadata(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws {
    guard let range = event.args, let thread = event.thread,
      try text(bytes, event.name, offset: offset) == "thread_name"
    else { return }
    let name = try arguments(bytes, range, offset: offset).optional("name")?.value.stringValue
    if name?.contains("gloo_runloop") == true, !glooThreads.contains(thread) {
      glooThreads.append(thread)
    }
  }

  private func arguments(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, offset: Int64
  ) throws -> JSONNode {
    let place = SourceLocation(file: path, byteOffset: offset + Int64(range.lowerBound))
    let value = try parseLeniently(UnsafeRawBufferPointer(rebasing: bytes[range]), at: place)
    return JSONNode(value, at: SourceLocation(file: path, byteOffset: offset, keyPath: "args"))
  }

  /// Parses a text that may hold cut lists which older PyTorch left unquoted.
  private func parseLeniently(
    _ text: UnsafeRawBufferPointer, at place: SourceLocation
  ) throws -> JSONValue {
    do {
      return try parser.parse(text, at: place)
    } catch let diagnostic as Diagnostic where diagnostic.code == .malformedJSON {
      guard let mended = quotingBareEllipses(text),
        let value = try? parser.parse(mended, at: place)
      else { throw diagnostic }
      return value
    }
  }

  private func text(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>?, offset: Int64
  ) throws -> String {
    guard let range else { return "" }
    return try stringText(bytes, range, parser: parser, path: path, offset: offset)
  }

  /// The place of the event's name among `eventNames`.
  private mutating func name(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws -> Int {
    let (parser, path) = (parser, path)
    let spelling = UnsafeRawBufferPointer(rebasing: bytes[event.name ?? 0..<0])
    return try eventNames.place(spelling) {
      guard let range = event.name else { return "" }
      return try stringText(bytes, range, parser: parser, path: path, offset: offset)
    }
  }

  /// The number, in `names`, of the name at a place among `eventNames`.
  private mutating func interned(
    _ place: Int, _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws -> Int32 {
    let (parser, path) = (parser, path)
    return try eventNames.number(of: place) {
      guard let range = event.name else { return "" }
      return try stringText(bytes, range, parser: parser, path: path, offset: offset)
    }
  }

  private func times(
    _ bytes: UnsafeRawBufferPointer, _ event: KinetoEvent, offset: Int64
  ) throws -> (start: Int64, duration: Int64) {
    guard let start = event.start, let duration = event.duration else {
      throw try untimed(bytes, key: event.start == nil ? "ts" : "dur", offset: offset)
    }
    guard duration >= 0 else {
      throw fault("the event ends before it starts (dur < 0)", offset)
    }
    // 2^62 ns are 146 years; sums of two stay within Int64.
    guard start.magnitude < 1 << 62, duration < 1 << 53 else {
      throw fault("ts or dur is beyond any clock", offset)
    }
    return (start, duration)
  }

  /// Why an event has no time under `key`.
  private func untimed(
    _ bytes: UnsafeRawBufferPointer, key: StaticString, offset: Int64
  ) throws -> Diagnostic {
    var scanner = try FieldScanner(bytes, objectAt: 0)
    while let field = try scanner.next() {
      guard spells(bytes, field.key, key) else { continue }
      let value = String(decoding: bytes[field.value].prefix(24), as: UTF8.self)
      return fault(
        "the \(key) of a complete event is no number of microseconds: "
          + value + (field.value.count > 24 ? "… (\(field.value.count) characters)" : ""),
        offset + Int64(field.value.lowerBound))
    }
    return fault("a complete event has no \(key)", offset)
  }

  private func fault(_ problem: String, _ offset: Int64) -> Diagnostic {
    Diagnostic(
      .malformedEvent, at: SourceLocation(file: path, byteOffset: offset), problem,
      remedy: "the file was damaged or edited; capture or copy it again")
  }
}
