import Diagnostics
import Streams
import Trace

/// What reading a Chakra trace came upon: counted over all ranks of a job and said once, for most of it
/// is the same on all.
struct ChakraTally {
  var isScheduled = false
  /// Compute and memory nodes with and without a duration.
  var timed = 0
  var untimed = 0
  /// Collectives without a type or size.
  var unsized = 0
  /// Sends and receives without a size.
  var unsizedMessages = 0
  /// Nodes of a type that this version does not know.
  var unknownTypes = 0
  /// Ids that name no node, and the first of them: by whom, and where.
  var dangling = 0
  var firstDangling: (node: UInt64, id: UInt64, place: SourceLocation)?
  var droppedControl: (count: Int, ring: [UInt64])?

  /// What a result leans on, and what is worth saying.
  static func summary(
    of captures: [RankCapture]
  ) -> (assumptions: [Assumption], log: [Diagnostic]) {
    let read = captures.compactMap { capture in capture.chakra.map { (capture.path, $0) } }
    func sum(_ path: KeyPath<ChakraTally, Int>) -> Int {
      read.reduce(0) { $0 + $1.1[keyPath: path] }
    }
    func first(_ path: KeyPath<ChakraTally, Int>) -> SourceLocation? {
      read.filter { $0.1[keyPath: path] > 0 }.map(\.0).min().map { SourceLocation(file: $0) }
    }
    var assumptions: [Assumption] = []
    var log: [Diagnostic] = []
    func assume(_ code: String, _ text: String) { assumptions.append(Assumption(code, text)) }
    if read.contains(where: \.1.isScheduled) {
      assume(
        "scheduled",
        "nodes have no recorded starts: each was given the time at which what it waits for has "
          + "ended and its stream or thread, where it names one, has become free; no step was "
          + "measured that a replay could be held against")
    }
    if sum(\.untimed) > 0 {
      assume(
        "no-duration",
        "compute nodes without a duration take no time: \(sum(\.untimed)) of "
          + "\(sum(\.untimed) + sum(\.timed))")
    }
    if sum(\.unsized) > 0 {
      log.append(
        Diagnostic(
          .collectiveUnsized, severity: .warning, at: first(\.unsized),
          "collective nodes without comm_type or comm_size are replayed as work of their duration "
            + "(\(sum(\.unsized)) in all)"))
    }
    if sum(\.unsizedMessages) > 0 {
      log.append(
        Diagnostic(
          .collectiveUnsized, severity: .dataLoss, at: first(\.unsizedMessages),
          "sends or receives without comm_size carry nothing (\(sum(\.unsizedMessages)) in all)"))
    }
    if sum(\.unknownTypes) > 0 {
      log.append(
        Diagnostic(
          .malformedEvent, severity: .warning, at: first(\.unknownTypes),
          "nodes of types that this version doesn't know are replayed as work of their duration "
            + "(\(sum(\.unknownTypes)) in all)"))
    }
    return (
      assumptions + controlAssumptions(read),
      log + danglingDiagnostics(read, count: sum(\.dangling))
    )
  }

  private static func controlAssumptions(_ read: [(String, ChakraTally)]) -> [Assumption] {
    let dropped = read.filter { $0.1.droppedControl != nil }.sorted { $0.0 < $1.0 }
    guard let first = dropped.first, let control = first.1.droppedControl else { return [] }
    let count = dropped.reduce(0) { $0 + ($1.1.droppedControl?.count ?? 0) }
    return [
      Assumption(
        "contradicted-edges",
        "control dependencies are left out where they contradict data dependencies or themselves: "
          + "all \(count) of \(dropped.count) of \(read.count) files, as in "
          + "\(lastComponent(first.0)) the ring \(ChakraGraph.words(control.ring))")
    ]
  }

  private static func danglingDiagnostics(
    _ read: [(String, ChakraTally)], count: Int
  ) -> [Diagnostic] {
    let first = read.sorted { $0.0 < $1.0 }.lazy.compactMap(\.1.firstDangling).first
    guard let first else { return [] }
    return [
      Diagnostic(
        .malformedEvent, severity: .dataLoss, at: first.place,
        "node \(first.node) waits for node \(first.id), which is not there; such dependencies are "
          + "left out (\(count) in all)")
    ]
  }
}
