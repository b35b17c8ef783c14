import ArgumentParser

/// The benchmarks of reading, graphs, the solver, the event queue and the replayer.
@main
struct RefractBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refract-bench",
    abstract: "Measure reading, graphs, the solver, the event queue and the replayer.",
    subcommands: [
      RunCommand.self, ReadCommand.self, GraphCommand.self, CaseCommand.self, WorkCommand.self,
      CountCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}
