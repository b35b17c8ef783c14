import ArgumentParser
import Study

/// `refract compare`.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Replay traces on several fabrics and compare.",
    discussion: "Each argument is one trace; each is replayed on every fabric and placement.")

  @Argument(help: "Traces: each a file, a directory, an archive, or a pattern in quotes.")
  var traces: [String]

  @Option(name: .long, help: "A fabric preset, or a fabric file. Give it once for each fabric.")
  var fabric: [String]

  @Option(
    name: .long, help: "Where ranks go: \(SeatArguments.policies). May be given again.")
  var placement: [String] = ["linear"]

  @OptionGroup var trace: TraceOptions
  @OptionGroup var scenario: ScenarioOptions

  func run() async throws {
    let study = Study(
      traces: try traces.map { try trace.source([$0], scenario.replicas) },
      scenarios: try scenario.scenarios(fabrics: fabric, placements: placement, trace))
    try await scenario.run(study, showing: trace)
  }
}
