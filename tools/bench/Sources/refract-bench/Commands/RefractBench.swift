import ArgumentParser

/// The benchmarks of reading, the solver, the event queue and the replayer.
@main
struct RefractBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refract-bench",
    abstract: "Measure reading, the solver, the event queue and the replayer.",
    subcommands: [
      RunCommand.self, ReadCommand.self, CaseCommand.self, WorkCommand.self, CountCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}
