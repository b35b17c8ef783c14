import ArgumentParser
import Synthesis
import Trace

/// `refract synth`.
struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make the trace of a training step of a model that nobody has run.",
    discussion: """
      Counts the compute and the bytes of each layer, lays them out over pipeline stages, and writes a \
      native trace directory. Ranks that do the same are written once, so that tens of thousands are a \
      few MB. Times are made up: 'refract replay' finds what communication takes, and its options say \
      where copies of tokens are made (--dedup).

        refract synth study-config4 --layout tp16-pp8-dp256-ep32 -o step
        refract replay step --fabric passage-512

      What is assumed stands in the trace and in every result. Model files are described beside the \
      presets: schema refract.model/1.
      """)

  @OptionGroup var synthesis: SynthesisArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The trace directory.", valueName: "dir"))
  var output: String

  @Flag(name: .long, help: "Say nothing of what was written.")
  var quiet = false

  func run() throws {
    let trace = try Synthesizer(
      synthesis.changedModel(), layout: synthesis.parallelLayout(), options: synthesis.options()
    ).trace()
    try NativeTraceWriter.write(trace, to: output)
    guard !quiet else { return }
    let events = trace.ranks.reduce(0) { $0 + $1.events.count }
    printError(
      "refract: wrote \(events) events of \(trace.ranks.count) ranks to \(output), and "
        + "\(trace.repeats.count) ranks that do the same")
  }
}
