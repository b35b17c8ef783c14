import ArgumentParser
import Diagnostics
import Report

/// `refract diff`.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two results, scenario by scenario.",
    discussion: """
      Scenarios are matched by trace, fabric, placement and tier. With --threshold the command ends \
      with status 1 where a step time grew by more than so many percent.
      """)

  @Argument(help: "The first results.json, or the directory it is in.")
  var before: String

  @Argument(help: "The second.")
  var after: String

  @Option(
    name: [.long, .customLong("fail-above")],
    help: ArgumentHelp(
      "End with status 1 where a step time grew by more than so many percent.",
      valueName: "percent"))
  var threshold: Double?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if let threshold, !(threshold >= 0 && threshold.isFinite) {
      throw ValidationError("--threshold is a number of percent, at least 0")
    }
  }

  func run() throws {
    let comparison = ResultsComparison(
      try ResultsReader.read(before), try ResultsReader.read(after))
    if threshold != nil, comparison.changes.isEmpty {
      throw Diagnostic(
        .nothingToReplay, at: SourceLocation(file: after),
        "has no scenario in common with \(before), so no step time can be held against --threshold",
        remedy: "compare results of the same traces, fabrics and placements")
    }
    try printOutput(
      json
        ? DiffJSON.document(comparison, version: Refract.version, thresholdPercent: threshold)
        : Array(DiffReport.text(comparison, names: (before, after)).utf8))
    if let threshold,
      let excess = DiffReport.excess(comparison, thresholdPercent: threshold)
    {
      throw Diagnostic(.thresholdExceeded, at: SourceLocation(file: after), excess)
    }
  }
}
