import ArgumentParser
import Diagnostics
import Ingest
import Trace

/// `refract ingest`.
struct IngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Turn captures into a native trace directory.")

  @Argument(help: "Capture files, directories, archives or patterns: together one trace.")
  var inputs: [String]

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Rules for kernels that carry no metadata: a file, or 'deepep'. May be given again.",
      valueName: "file|deepep"))
  var rules: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The trace directory.", valueName: "dir"))
  var output: String

  @Flag(name: .long, help: SalvageHelp.text)
  var salvage = false

  @OptionGroup var reading: ReadingOptions

  func run() throws {
    let rules = try rules.map(KernelRules.init(nameOrFile:))
    let trace = try Ingestor(
      rules: rules, salvages: salvage, threads: reading.threadCount, progress: reading.progress
    ).ingest(inputs)
    try NativeTraceWriter.write(trace, to: output)
    guard !reading.quiet else { return }
    for diagnostic in trace.log.summarized() {
      printError("refract: " + DiagnosticRenderer.line(diagnostic))
    }
    let events = trace.ranks.reduce(0) { $0 + $1.events.count }
    printError(
      "refract: wrote \(events) events of \(trace.ranks.count) ranks to \(output)")
  }
}
