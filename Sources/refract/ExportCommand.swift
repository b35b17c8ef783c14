import ArgumentParser
import Diagnostics
import Export
import Ingest
import Trace
import Workload

/// `refract export`.
struct ExportCommand: ParsableCommand {
  /// What can be written.
  enum Target: String, CaseIterable, ExpressibleByArgument {
    case chakra, native, goal
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a step of a trace for another tool.",
    discussion: """
      chakra: Chakra execution traces, DIR/trace.RANK.et and DIR/groups.json, for ASTRA-sim. All-to-alls \
      of unequal parts become sends and receives.
      goal: a GOAL schedule, DIR/schedule.goal, for LogGOPSim. Collectives become messages.
      native: all of the trace, as 'refract ingest' writes it.
      """)

  @Argument(help: "Capture files, directories, archives or patterns: together one trace.")
  var inputs: [String]

  @Option(name: .long, help: "What to write.")
  var to: Target

  @Option(name: .shortAndLong, help: ArgumentHelp("The directory.", valueName: "dir"))
  var output: String

  @OptionGroup var options: TraceOptions

  func run() throws {
    let rules = try options.rules.map(KernelRules.init(nameOrFile:))
    let trace = try Ingestor(
      rules: rules, salvages: options.salvage, threads: options.reading.threadCount,
      progress: options.reading.progress
    ).ingest(inputs)
    guard let format = ExportFormat(rawValue: to.rawValue) else {
      try NativeTraceWriter.write(trace, to: output)
      report(trace.log.summarized(), ranks: trace.ranks.count, notes: [])
      return
    }
    let workloadOptions = try options.workloadOptions()
    guard workloadOptions.step != .each else {
      throw Diagnostic(
        .usage, "--step all names several steps, and an export holds one",
        remedy: "name one of them by its number")
    }
    let workload = try WorkloadAssembler(trace, options: workloadOptions).assemble()
    let notes = try Exporter.write(workload, as: format, to: output)
    report(workload.log.summarized(), ranks: workload.worldSize, notes: notes)
  }

  private func report(_ diagnostics: [Diagnostic], ranks: Int, notes: [String]) {
    options.show(diagnostics)
    guard !options.reading.quiet else { return }
    for note in notes { printError("refract: note: " + note) }
    printError("refract: wrote \(ranks) ranks to \(output)")
  }
}
