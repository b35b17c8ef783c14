import ArgumentParser
import Study

/// `refract replay`.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Replay one trace on one fabric.")

  @Argument(help: "Capture files, directories, archives or patterns: together one trace.")
  var inputs: [String]

  @Option(name: .long, help: "A fabric preset, or a fabric file.")
  var fabric: String

  @Option(name: .long, help: "Where ranks go: \(SeatArguments.policies).")
  var placement = "linear"

  @OptionGroup var trace: TraceOptions
  @OptionGroup var scenario: ScenarioOptions

  func run() async throws {
    let study = try Study(
      traces: [trace.source(inputs, scenario.replicas)],
      scenarios: scenario.scenarios(fabrics: [fabric], placements: [placement], trace))
    try await scenario.run(study, showing: trace)
  }
}
