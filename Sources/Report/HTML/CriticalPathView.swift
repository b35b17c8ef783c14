import Quantities
import Study

/// What the critical path's time went into, as captured and in each scenario: what took over.
struct CriticalPathView {
  struct Row {
    let cause: String
    let cells: [Cell]
  }

  /// So many causes have a row of their own.
  private static let limit = 12

  let unit: String
  let headings: [String]
  let rows: [Row]
  let stragglers: [Row]

  init(_ section: TraceScenarios, unit: TimeUnit) {
    let table = CriticalPathTable(section)
    self.unit = unit.rawValue
    headings = table.columns.map(\.name)
    let named = table.causes.prefix(Self.limit)
    rows =
      named.map { cause in
        Row(
          cause: cause.name,
          cells: table.columns.map { column in
            guard let place = column.shares.shares.firstIndex(where: { $0.cause == cause }) else {
              return .dash
            }
            return Cell(
              .time(
                column.shares.shares[place].time, in: unit,
                at: column.at + "/shares/\(place)/time_ns"))
          })
      } + Self.rest(table, Set(named), unit)
    stragglers = [
      Row(
        cause: "arrivals apart, at collectives on it",
        cells: table.columns.map { column in
          Cell(.time(column.shares.stragglers, in: unit, at: column.at + "/stragglers_ns"))
        })
    ]
  }

  /// All other causes together, where there are any.
  private static func rest(
    _ table: CriticalPathTable, _ named: Set<CriticalShare.Cause>, _ unit: TimeUnit
  ) -> [Row] {
    guard table.causes.count > named.count else { return [] }
    return [
      Row(
        cause: "all else",
        cells: table.columns.map { column in
          let places = column.shares.shares.indices.filter {
            !named.contains(column.shares.shares[$0].cause)
          }
          guard !places.isEmpty else { return .dash }
          // In whole nanoseconds, as they stand in the document.
          let sum = places.reduce(Int64(0)) {
            $0 + column.shares.shares[$1].time.nanosecondsRounded
          }
          return Cell(
            .time(
              .nanoseconds(sum), in: unit,
              at: places.map { column.at + "/shares/\($0)/time_ns" }.joined(separator: " ")))
        })
    ]
  }
}

/// Critical paths beside one another: the captured one, where there is any, then each scenario's.
struct CriticalPathTable {
  /// A path.
  struct Column {
    let name: String
    let shares: CriticalShares
    /// Where `results.json` has it.
    let at: String
  }

  let columns: [Column]
  /// What time goes into on any of them, the most on any first.
  let causes: [CriticalShare.Cause]

  init(_ section: TraceScenarios) {
    let first = section.results[0]
    let hasCapture = !first.isScheduled && first.capturedStepTime > .zero
    columns =
      (hasCapture
        ? [
          Column(
            name: "captured", shares: first.criticalShares.captured,
            at: section.at(trace: "captured_critical_path"))
        ] : [])
      + section.results.enumerated().map { place, result in
        Column(
          name: section.names[place], shares: result.criticalShares.replayed,
          at: section.at(place, "critical_path"))
      }
    var most: [CriticalShare.Cause: SimDuration] = [:]
    for share in columns.flatMap(\.shares.shares) {
      most[share.cause] = max(most[share.cause] ?? .zero, share.time)
    }
    causes = most.sorted { ($1.value, $0.key.name) < ($0.value, $1.key.name) }.map(\.key)
  }
}
