import Diagnostics

/// Finds, for each wait that a Kineto file records, the operation that was waited for and what waited.
///
/// An event that was recorded on a stream has come when all that had been launched onto the stream before
/// has ended: it stands for the last of that. A stream that waits for it holds back what is launched onto
/// it next; what follows there waits by the order of the stream. A host thread that waits goes on behind.
struct KinetoWaitEdges {
  /// An edge between events by their passing numbers.
  struct Edge: Hashable, Comparable {
    var from: Int
    var to: Int

    static func < (lhs: Edge, rhs: Edge) -> Bool { (lhs.to, lhs.from) < (rhs.to, rhs.from) }
  }

  private struct Launched {
    var time: Int64
    var event: Int
  }

  private let raw: KinetoWaits
  /// Of each stream what was launched onto it.
  private var streams: [Int64: [Launched]] = [:]
  /// Calls that wait, by correlation id.
  private var calls: [Int64: Launched] = [:]
  private var unresolved = UnresolvedWaits()

  init(_ waits: KinetoWaits) { raw = waits }

  /// Adds a GPU operation; `launched` is the start of its launch, its own where none is known.
  mutating func addOperation(_ event: Int, stream: Int64, launched: Int64) {
    streams[stream, default: []].append(Launched(time: launched, event: event))
  }

  /// Adds a call that waits, or makes a stream wait.
  mutating func addCall(_ event: Int, correlation: Int64, start: Int64) {
    calls[correlation] = Launched(time: start, event: event)
  }

  /// The edges, each once, in order. What can't be resolved is left out, and noted with its number.
  ///
  /// - Complexity: O((operations + waits) × log).
  mutating func resolve(path: String, log: inout DiagnosticLog) -> [Edge] {
    for stream in streams.keys {
      streams[stream]?.sort { ($0.time, $0.event) < ($1.time, $1.event) }
    }
    let records = RecordedEvents(raw)
    let told = Set(raw.waits.compactMap(\.correlation))
    var edges: [Edge] = []
    for wait in raw.waits { resolve(wait, records, into: &edges) }
    for wait in raw.callWaits where wait.correlation.map({ !told.contains($0) }) ?? true {
      resolve(wait, records, into: &edges)
    }
    edges.sort()
    var before: Edge?
    edges.removeAll { edge in
      defer { before = edge }
      return edge == before
    }
    for diagnostic in unresolved.diagnostics(path: path) { log.note(diagnostic) }
    return edges
  }

  private mutating func resolve(
    _ wait: KinetoWaits.Wait, _ records: RecordedEvents, into edges: inout [Edge]
  ) {
    let call = wait.correlation.flatMap { calls[$0] }
    let time = call?.time ?? wait.start
    let causes: [Int]
    switch wait.kind {
    case .stream, .hostForEvent:
      guard let cause = cause(of: wait, at: time, records) else { return }
      causes = [cause]
    case .hostForStream:
      guard let stream = wait.stream, stream >= 0 else {
        return unresolved.add(.streamUnknown, wait)
      }
      causes = last(on: stream, before: time).map { [$0] } ?? []
    case .hostForAll:
      causes = streams.keys.sorted().compactMap { last(on: $0, before: time) }
    }
    if wait.kind == .stream {
      guard let stream = wait.stream, let waiting = first(on: stream, from: time) else { return }
      edges += causes.filter { $0 != waiting }.map { Edge(from: $0, to: waiting) }
    } else if let call {
      edges += causes.map { Edge(from: $0, to: call.event) }
    } else if !causes.isEmpty {
      unresolved.add(.callUnknown, wait)
    }
  }

  /// The operation for which an event stands; `nil` where there was nothing to wait for, or where that
  /// can't be told.
  private mutating func cause(
    of wait: KinetoWaits.Wait, at time: Int64, _ records: RecordedEvents
  ) -> Int? {
    guard let record = records.record(of: wait, by: time) else {
      unresolved.add(.recordUnknown, wait)
      return nil
    }
    guard record.start <= time else {
      unresolved.add(.recordedLater, wait)
      return nil
    }
    guard
      let stream = [wait.recordedStream, record.stream].compactMap({ $0 }).first(where: { $0 >= 0 })
    else {
      unresolved.add(.streamUnknown, wait)
      return nil
    }
    // A stream waits for its own operations anyway.
    guard wait.kind != .stream || stream != wait.stream else { return nil }
    return last(on: stream, before: record.start)
  }

  private func last(on stream: Int64, before time: Int64) -> Int? {
    guard let launched = streams[stream] else { return nil }
    let behind = launched.partitionPoint { $0.time >= time }
    return behind > 0 ? launched[behind - 1].event : nil
  }

  private func first(on stream: Int64, from time: Int64) -> Int? {
    guard let launched = streams[stream] else { return nil }
    let place = launched.partitionPoint { $0.time >= time }
    return place < launched.count ? launched[place].event : nil
  }
}
