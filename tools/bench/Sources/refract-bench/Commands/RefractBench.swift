import ArgumentParser

/// The benchmarks of the solver, the event queue and the replayer.
@main
struct RefractBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refract-bench",
    abstract: "Measure the solver, the event queue and the replayer.",
    subcommands: [RunCommand.self, CaseCommand.self, WorkCommand.self, CountCommand.self],
    defaultSubcommand: RunCommand.self)
}
