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
    abstract: "Say what a trace holds: ranks, groups, lanes, collectives, steps, what is missing.",
    discussion: """
      Of a job that hung, flight recorder dumps tell who waits for whom; to inspect them succeeds, \
      for the diagnosis is the result.
      """)

  @Argument(help: "Capture files, directories, archives or patterns: together one trace.")
  var inputs: [String]

  @Flag(
    name: .long,
    help: """
      Say how the calls of all ranks match instead: complete and partial collectives by group, what \
      members disagree on, and in a job that hung who waits for whom. With --json beside the rest.
      """)
  var matching = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @Flag(
    name: .long,
    help: "Also what waits for what in the step, on which evidence, and the lag that is left.")
  var dependencies = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      """
      Also write inspect.html, with the traffic from rank to rank and all that is doubtful, and \
      inspect.json.
      """, valueName: "dir"))
  var output: String?

  @OptionGroup var options: TraceOptions

  func run() throws {
    let rules = try options.rules.map(KernelRules.init(nameOrFile:))
    let trace = try Ingestor(
      rules: rules, salvages: options.salvage, threads: options.reading.threadCount,
      progress: options.reading.progress
    ).ingest(inputs)
    let report = try report(on: trace)
    options.show(trace.log.summarized())
    if let output { try report.write(version: Refract.version, to: output) }
    try printOutput(
      json
        ? report.json(version: Refract.version)
        : Array((matching ? report.matchingText : report.text).utf8))
  }

  private func report(on trace: Trace) throws -> InspectReport {
    let workloadOptions = try options.workloadOptions()
    let assembler = WorkloadAssembler(trace, options: workloadOptions)
    let name = Study.name(inputs)
    let prepared: Result<PreparedTrace, Diagnostic>
    do {
      prepared = .success(try PreparedTrace(trace, options: workloadOptions, name: name))
    } catch let diagnostic as Diagnostic {
      prepared = .failure(diagnostic)
    }
    let step = try? prepared.get()
    return InspectReport(
      name, TraceSummary(trace), survey: assembler.survey,
      // Matched, waiting can be told from transfer; unmatched, the step has a length all the same.
      captured: step?.workload.captured ?? (try? assembler.captured()), prepared: prepared,
      dependencies: dependencies ? try step.map(DependencyReport.init) : nil,
      matching: matching || trace.hasOpenCalls
        ? MatchingReport(try trace.writingRepeats()) : nil)
  }
}
