import ArgumentParser

/// `refract-bench work`: one run of one case, for a profiler or a counter of instructions.
struct WorkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work", abstract: "Run one case once and print nothing.")

  @Argument(help: "The case, as in the table.")
  var name: String

  func run() throws {
    guard let one = Suite.named(name) else {
      throw ValidationError("no case is called '\(name)'")
    }
    _ = try one.prepare()()
  }
}
