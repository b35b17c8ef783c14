import ArgumentParser

/// The command line.
@main
struct Refract: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refract",
    abstract: "Replays the communication of MoE training steps on fabrics that may not exist yet.",
    discussion: """
      Takes the traces that real jobs leave behind, places their ranks on a fabric, and computes \
      where its links contend and how long the step takes.

        refract inspect trace.json.gz
        refract compare trace.json.gz --rules deepep --extrapolate \\
          --fabric hgx-h800-8 --fabric passage-512 -o report

      Exit status: 0 done; 1 a check failed; 64 usage; 65 bad input; 66 no such input; \
      70 a defect of ours; 73 can't write; 75 out of memory that it may take.
      """,
    version: version,
    subcommands: [
      IngestCommand.self, InspectCommand.self, ReplayCommand.self, CalibrateCommand.self,
      CompareCommand.self, SynthCommand.self, EstimateCommand.self, DiffCommand.self,
      ExportCommand.self, ScrubCommand.self,
      FabricCommand.self, PlaceCommand.self, FlowsCommand.self,
    ])

  /// The version of the tool, which results carry.
  static let version = "0.1.0"

  static func main() async {
    await Execution.run(arguments: Array(CommandLine.arguments.dropFirst()))
  }
}
