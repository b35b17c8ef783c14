import Collectives
import Diagnostics
import Export
import Ingest
import Report
import Study
import Trace
import Workload

/// What the product does with captures, from their files on: `inspect`, `ingest` and the reading of
/// what it wrote, `replay`, `export`.
struct TraceWay {
  let input: Input
  /// Files of rules.
  var rules: [String] = []

  /// Larger jobs are read and inspected, not replayed: the work grows with ranks that cost no bytes.
  private static let mostRanks = 8

  /// Goes it with `inputs` as one trace.
  ///
  /// - Throws: the diagnostic that the first stage to refuse it ends in.
  func go(_ inputs: [String]) throws {
    var source = TraceSource(inputs: inputs, rules: rules)
    let trace = try read(&source)
    guard input.goesOn else { return }
    inspect(trace)
    try writeAndRead(trace)
    guard trace.worldSize <= Self.mostRanks else { return }
    try export(trace, replay(source))
  }

  /// Damaged input is refused, and then read all the same, as the message offers.
  private func read(_ source: inout TraceSource) throws -> Trace {
    let rules = try source.rules.map(KernelRules.init(nameOrFile:))
    do {
      return try Ingestor(rules: rules).ingest(source.inputs)
    } catch let diagnostic as Diagnostic where diagnostic.isDamage {
      Promise.hold(diagnostic)
      source.salvages = true
      return try Ingestor(rules: rules, salvages: true).ingest(source.inputs)
    }
  }

  private func inspect(_ trace: Trace) {
    for diagnostic in trace.log.summarized() { Promise.hold(diagnostic) }
    let options = WorkloadOptions()
    let assembler = WorkloadAssembler(trace, options: options)
    let prepared = Result { try PreparedTrace(trace, options: options, name: "") }
      .mapError(Self.diagnostic)
    let step = try? prepared.get()
    let report = InspectReport(
      "trace", TraceSummary(trace), survey: assembler.survey,
      captured: step?.workload.captured ?? (try? assembler.captured()), prepared: prepared,
      dependencies: step.flatMap { try? DependencyReport($0) }, matching: MatchingReport(trace))
    Promise.hold(text: report.text)
    Promise.hold(text: report.matchingText)
    _ = report.json(version: "")
  }

  private static func diagnostic(_ error: any Error) -> Diagnostic {
    guard let diagnostic = error as? Diagnostic else {
      fatalError("ends in an error that is no diagnostic: \(error)")
    }
    return diagnostic
  }

  /// What is written reads as the same.
  private func writeAndRead(_ trace: Trace) throws {
    let directory = input.folder.folder("written")
    try NativeTraceWriter.write(trace, to: directory)
    SameTrace.require(trace, try NativeTraceReader.read(directory: directory))
  }

  /// As it is, and where that is refused for what the capture lacks, with that filled in; gives the
  /// options that it took.
  private func replay(_ source: TraceSource) throws -> WorkloadOptions {
    let scenario = Scenario(fabric: "hgx-h800-8")
    do {
      try Replay(input: input).run(source, scenario)
      return source.options
    } catch let diagnostic as Diagnostic
      where [.ranksMissing, .splitsLost, .collectiveUnsized].contains(diagnostic.code)
    {
      Promise.hold(diagnostic)
      var filled = source
      filled.options.extrapolation = Extrapolation()
      filled.options.fillsLost = .even
      try Replay(input: input).run(filled, scenario)
      return filled.options
    }
  }

  /// In all formats; what can be read again is.
  private func export(_ trace: Trace, _ options: WorkloadOptions) throws {
    let workload = try WorkloadAssembler(trace, options: options).assemble()
    for format in ExportFormat.allCases {
      _ = try Exporter.write(workload, as: format, to: input.folder.folder(format.rawValue))
    }
    _ = try Ingestor().ingest([input.folder.path(ExportFormat.chakra.rawValue)])
  }
}
