import Quantities

/// Measurements as text in columns.
struct Table {
  private static let columns = [
    "case", "flows", "solves", "steps", "steps/solve", "events", "ms", "solves/s", "flows/s",
    "events/s", "heap MB", "allocations", "steps^", "ms^", "heap^",
  ]
  private static let widths = [21, 8, 8, 11, 11, 9, 10, 9, 9, 9, 8, 11, 6, 6, 6]

  static var heading: String { line(columns) }

  /// A measurement; its growth is since the next smaller size of its family.
  static func row(_ one: Measurement, after smaller: Measurement?) -> String {
    let counts = one.counts
    let growths: [Double?] = [
      one.growth(since: smaller) { Double($0.counts.steps) },
      one.growth(since: smaller, of: \.seconds),
      one.growth(since: smaller) { Double($0.peakBytes) },
    ]
    return line(
      [
        one.name, whole(counts.flows), whole(counts.solves), whole(counts.steps),
        counts.solves > 0 ? fixedPoint(one.stepsPerSolve, digits: 1) : "",
        whole(counts.events), fixedPoint(one.seconds * 1e3, digits: 2),
        whole(one.perSecond(counts.solves)), whole(one.perSecond(counts.flows)),
        whole(one.perSecond(counts.events)),
        fixedPoint(Double(one.peakBytes) / 1e6, digits: 2),
        counts.steadyAllocations.map { "steady \($0)" } ?? String(one.allocations),
      ] + growths.map { $0.map { fixedPoint($0, digits: 2) } ?? "" })
  }

  private static func whole(_ value: Int) -> String { value > 0 ? String(value) : "" }

  private static func line(_ cells: [String]) -> String {
    zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      return index == 0 ? cell.0 + space : space + cell.0
    }.joined(separator: " ")
  }
}
