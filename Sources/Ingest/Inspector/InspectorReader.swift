import Diagnostics
import JSON
import Quantities
import Streams
import Trace

/// Reads one file of NCCL's Inspector plugin: JSON lines, one a call that ended, of one process.
///
/// There is no compute in it and no list of a communicator's members. NCCL counts calls apart for each
/// function of a communicator, so each of the two together is a group here, with its own numbers.
struct InspectorReader {
  private let path: String
  private var builder = RankTraceBuilder()
  private var log = DiagnosticLog()
  private var salvage: Salvage?
  private var seats: [String: CommunicatorSeat] = [:]
  private var groupSeats: [String: CommunicatorSeat] = [:]
  private var host: String?
  private var process: Int64?
  private var unknown: [String: Int] = [:]
  private var seen: Set<Call> = []
  private var repeated = 0
  private var lost: Int64 = 0
  private var guessedStarts = 0
  private var rootless = 0

  private struct Call: Hashable {
    var group: Int
    var peer: Int?
    var sequence: Int64
  }

  init(path: String, salvages: Bool) {
    self.path = path
    salvage = salvages ? Salvage(fileNamed: lastComponent(path)) : nil
  }

  /// The capture of the rank.
  ///
  /// - Throws: a `Diagnostic` with line and key path.
  consuming func read() throws -> RankCapture {
    var lines = try LineReader(path: path, lineLimit: 1 << 24)
    let parser = try JSONParser()
    while true {
      let line: [UInt8]?
      do {
        line = try lines.next()
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else { throw diagnostic.offeringSalvage }
        let kept = builder.communications.count
        try salvage?.stop(diagnostic, kept: kept, reach: "line \(lines.line)")
        break
      }
      guard let line else { break }
      let place = SourceLocation(file: path, line: lines.line)
      do {
        try add(JSONNode(parser.parse(line, at: place), at: place))
      } catch let diagnostic as Diagnostic {
        guard salvage != nil else { throw diagnostic.offeringSalvage }
        try salvage?.leaveOut(diagnostic)
      }
    }
    try salvage?.check(kept: builder.communications.count)
    noteFindings()
    if let salvage { log.append(salvage.log) }
    return try capture()
  }

  private mutating func add(_ node: JSONNode) throws {
    if let stats = try node.optional("dump_stats") { try countLost(stats) }
    guard let record = try InspectorRecord(node) else { return }
    let seat = record.seat
    if let known = seats[seat.communicator], known != seat {
      throw try node.required("header").diagnostic(
        .valueOutOfRange,
        "is rank \(seat.rank) of \(seat.size) of communicator \(seat.communicator), and was rank "
          + "\(known.rank) of \(known.size) in an earlier line",
        remedy: "a file of a process with several GPUs is not read; run one process a GPU")
    }
    if let process, let other = record.process, other != process {
      throw try node.required("metadata").diagnostic(
        .valueOutOfRange, "is of process \(other), and earlier lines are of process \(process)",
        remedy: "name the files of single processes, not several joined")
    }
    seats[seat.communicator] = seat
    host = host ?? record.host
    process = process ?? record.process
    guard let kind = record.kind else {
      unknown[record.function, default: 0] += 1
      return
    }
    add(record, kind)
  }

  private mutating func add(_ record: InspectorRecord, _ kind: CollectiveKind) {
    let seat = record.seat
    // A send and its receive are one channel; everything else is counted by function.
    let function = kind.isPointToPoint ? "P2P" : record.function
    let name = seat.communicator + "/" + function
    groupSeats[name] = seat
    let group = builder.group(
      CapturedGroup(name: name, purpose: record.communicatorName, ranks: nil))
    let direction = record.peer.map { kind == .send ? $0 : -1 - $0 }
    guard seen.insert(Call(group: group, peer: direction, sequence: record.sequence)).inserted
    else {
      repeated += 1
      return
    }
    if !record.isStartRecorded { guessedStarts += 1 }
    if [.broadcast, .reduce, .gather, .scatter].contains(kind) { rootless += 1 }
    var call = Communication(kind: kind, group: group)
    call.sequence = record.sequence
    // A place until the members are known.
    call.peer = record.peer.map(RankID.init(index:))
    Self.size(&call, bytes: record.messageBytes, ranks: Int64(seat.size))
    builder.add(
      RankTraceBuilder.Draft(
        kind: .kernel,
        lane: builder.lane(Lane(kind: .stream, name: seat.communicator)),
        start: record.start, duration: record.duration,
        name: builder.names.intern("nccl:" + record.function),
        communication: builder.communications.count))
    builder.communications.append(call)
  }

  /// The Inspector states NCCL's count: of an all-gather, reduce-scatter and all-to-all one rank's
  /// part. Its own bandwidths say so: algbw is that times the ranks over the time.
  private static func size(_ call: inout Communication, bytes: Int64, ranks: Int64) {
    let whole = TensorSizes.saturatingProduct(bytes, ranks)
    let (sent, received) =
      switch call.kind {
      case .allGather, .gather: (bytes, whole)
      case .reduceScatter, .scatter: (whole, bytes)
      case .allToAll: (whole, whole)
      case .send: (bytes, 0)
      case .receive: (0, bytes)
      case .barrier: (0, 0)
      default: (bytes, bytes)
      }
    call.sendBytes = ByteCount(sent)
    call.receiveBytes = ByteCount(received)
  }

  /// Records that the plugin's ring lost before they were written.
  private mutating func countLost(_ stats: JSONNode) throws {
    var count: Int64 = 0
    for (key, node) in try stats.members() where key.contains("dropped") {
      count += try node.integer(in: 0...(1 << 40))
    }
    lost = max(lost, count)
  }

  // MARK: The capture

  /// A rank's number is its place in the largest communicator of its file, unless the file's name says
  /// one.
  private mutating func capture() throws -> RankCapture {
    let isNamed = rankInName(lastComponent(path)) != nil
    let world = seats.values.min {
      ($1.size, $0.communicator) < ($0.size, $1.communicator)
    }
    var trace = try builder.finish(baseNanoseconds: 0, path: path)
    trace.host = host
    return RankCapture(
      path: path, rank: isNamed ? nil : world.map { RankID(index: $0.rank) },
      worldSize: isNamed ? nil : world?.size, groups: builder.groups, trace: trace,
      assumptions: assumptions(isNamed: isNamed) + (salvage?.assumptions ?? []), log: log,
      seats: groupSeats)
  }

  private mutating func noteFindings() {
    let place = SourceLocation(file: path)
    if builder.communications.isEmpty {
      log.note(
        Diagnostic(
          .emptyInput, severity: .warning, at: place, "records no call that can be replayed"))
    }
    for (name, count) in unknown.sorted(by: { $0.key < $1.key }) {
      log.note(
        Diagnostic(
          .collectiveUnsized, severity: .warning, at: place,
          "'\(name)' is no communication known here; its records are left out: \(count)"))
    }
    if repeated > 0 {
      log.note(
        Diagnostic(
          .malformedEvent, severity: .warning, at: place,
          "calls that stand in the file a second time are left out: \(repeated)"))
    }
    if lost > 0 {
      log.note(
        Diagnostic(
          .malformedEvent, severity: .dataLoss, at: place,
          "the plugin lost records before it wrote them: \(lost)",
          remedy: "capture with a shorter NCCL_INSPECTOR_DUMP_THREAD_INTERVAL_MICROSECONDS"))
    }
  }

  private func assumptions(isNamed: Bool) -> [Assumption] {
    var assumptions = [
      Assumption(
        "communication-only",
        "NCCL Inspector records communication alone: compute is not in the trace, and the time "
          + "between calls is lag")
    ]
    if !isNamed {
      assumptions.append(
        Assumption(
          "communicator-ranks",
          "a rank's number is its place in the largest communicator of its NCCL Inspector file"))
    }
    if guessedStarts > 0 {
      assumptions.append(
        Assumption(
          "inspector-times",
          "calls of NCCL Inspector files that are not verbose end when their record is written"))
    }
    if rootless > 0 {
      assumptions.append(
        Assumption(
          "root", "NCCL Inspector names no root; the first member of the group is taken for it"))
    }
    return assumptions
  }
}
