/// Something to measure, in one of several sizes.
struct Case {
  /// What it is, sizes aside.
  var family: String
  /// Hosts, ranks, collectives or events: what grows from one size to the next.
  var size: Int
  /// Makes what a run needs, which is not measured, and gives the run.
  var prepare: () -> (() throws -> Counts)

  var name: String { "\(family)-\(size)" }
}
