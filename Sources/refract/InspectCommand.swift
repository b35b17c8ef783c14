import ArgumentParser
import Diagnostics
import Ingest
import Report
import Study
import Trace
import Workload

/// `refract inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a trace holds: ranks, groups, lanes, collectives, steps, what is missing.")

  @Argument(help: "Capture files, directories or patterns: together one trace.")
  var inputs: [String]

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @Flag(
    name: .long,
    help: "Also what waits for what in the step, on which evidence, and the lag that is left.")
  var dependencies = false

  @OptionGroup var options: TraceOptions

  func run() throws {
    let rules = try options.rules.map(KernelRules.init(nameOrFile:))
    let trace = try Ingestor(rules: rules, salvages: options.salvage).ingest(inputs)
    let assembler = WorkloadAssembler(trace, options: options.workloadOptions)
    let workload = Result { try assembler.assemble() }
    if case .failure(let error) = workload, !(error is Diagnostic) { throw error }
    let graph =
      try dependencies && (try? workload.get()) != nil
      ? DependencyReport(PreparedTrace(trace, options: options.workloadOptions, name: "")) : nil
    let report = InspectReport(
      TraceSummary(trace), survey: assembler.survey,
      // Matched, waiting can be told from transfer; unmatched, the step has a length all the same.
      captured: (try? workload.get())?.captured ?? (try? assembler.captured()),
      workload: workload.mapError { error in
        error as? Diagnostic ?? Diagnostic(.defect, "\(error)")
      }, dependencies: graph)
    options.show(trace.log.summarized())
    try printOutput(
      json ? report.json(version: Refract.version) : Array(report.text.utf8))
  }
}
