import ArgumentParser
import Simulation
import Streams
import Study

/// `refract flows`.
struct FlowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows", abstract: "Solve a file of links and flows: the fluid solver alone.",
    discussion: """
      Reads links (bandwidth in bytes/s) and flows (size in bytes, start in seconds, route), and \
      writes the same file with the finish of each flow filled in, in seconds, shared max-min \
      fairly.
      """)

  @Argument(help: "A JSON file of links and flows.")
  var file: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Bring rates up to date no more often than once in this share of the time that the fullest "
        + "link needs. 0 is exact.", valueName: "epsilon"))
  var tolerance = 0.0

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write here in place of standard output.", valueName: "file"))
  var output: String?

  @Flag(name: .long, help: "Say nothing of the work done.")
  var quiet = false

  mutating func validate() throws {
    guard tolerance >= 0, tolerance < 1 else {
      throw ValidationError("--tolerance is at least 0 and less than 1")
    }
  }

  func run() throws {
    let flows = try FlowFile(path: file)
    let outcome = flows.set.simulate(tolerance: tolerance)
    let document = try flows.document(outcome)
    if let output {
      let file = try OutputFile(path: output)
      try file.write(document)
      try file.commit()
    } else {
      try printOutput(document)
    }
    guard !quiet else { return }
    printError(
      "refract: \(flows.set.flows.count) flows on \(flows.set.capacities.count) links; "
        + "\(outcome.solves) solves, \(outcome.steps) solver steps")
  }
}
