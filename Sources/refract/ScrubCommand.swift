import ArgumentParser
import Diagnostics
import Ingest
import Report
import Streams
import Study
import Trace

/// `refract scrub`.
struct ScrubCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scrub", abstract: "Write a trace without the names in it, to share it.",
    discussion: """
      Names of kernels, groups, hosts, streams and threads become neutral ones, the same name always \
      the same one; devices, dates, paths and free text go. What a replay reads stays: kinds, groups' \
      members, sizes, times, dependencies. Give --rules here: without names they can't be applied \
      later.
      The written trace is replayed beside the original, and every figure must be the same; and its \
      bytes are searched for what was removed. Else nothing is left, and the status is 70 or 65.
      """)

  @Argument(help: "Capture files, directories or patterns: together one trace.")
  var inputs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The trace directory, which must not exist yet.", valueName: "dir"))
  var output: String

  @Option(
    name: .long,
    help: "What both are replayed on: a fabric preset, or a fabric file. May be given again.")
  var fabric: [String] = ["passage-512"]

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A text that must not be in what is written, in capitals or small letters. May be given again.",
      valueName: "text"))
  var forbid: [String] = []

  @Flag(name: .long, help: "Print JSON to standard output.")
  var json = false

  @OptionGroup var options: TraceOptions

  mutating func validate() throws {
    if forbid.contains(where: \.isEmpty) { throw ValidationError("--forbid takes a text") }
  }

  func run() throws {
    let directory = try OutputDirectory(path: output)
    let rules = try options.rules.map(KernelRules.init(nameOrFile:))
    let trace = try Ingestor(
      rules: rules, salvages: options.salvage, threads: options.reading.threadCount,
      progress: options.reading.progress
    ).ingest(inputs)
    options.show(trace.log.summarized())
    let outcome = try Scrubbing(
      trace, options: options.workloadOptions(), scenarios: fabric.map { Scenario(fabric: $0) },
      paths: paths(), forbidden: forbid
    ).write(to: directory, threads: options.reading.threadCount)
    if json { try printOutput(ScrubReport.json(outcome, version: Refract.version)) }
    guard !options.reading.quiet else { return }
    for line in ScrubReport.lines(outcome, directory: output) { printError("refract: " + line) }
  }

  /// The inputs, and the files in those that are directories.
  private func paths() throws -> [String] {
    try inputs.flatMap(expandPattern).flatMap { path in
      try [path] + (pathKind(path) == .directory ? directoryEntries(path) : [])
    }
  }
}
