import ArgumentParser
import Fabric
import Report
import Streams

/// The fabric that a subcommand of `fabric` speaks of.
struct FabricArguments: ParsableArguments {
  @Argument(help: "A preset, or a fabric file.")
  var fabric: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value of the fabric: scale_out.bandwidth_gbps=800. May be given again.",
      valueName: "key.path=value"))
  var changes: [String] = []

  /// The fabric, changed.
  func load() throws -> Fabric {
    try FabricPreset.load(nameOrFile: fabric, overlays: changes.map(FabricOverlay.init))
  }
}

extension FabricCommand {
  /// `refract fabric show`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show all figures of a fabric: bandwidths, bisection, links, paths, energy.")

    @OptionGroup var arguments: FabricArguments

    func run() throws {
      try printOutput(Array(FabricDetails.text(try arguments.load()).utf8))
    }
  }

  /// `refract fabric draw`.
  struct Draw: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw a fabric as an SVG picture.",
      discussion: """
        One pod in full, the others summed up, and the network between them; electrical and optical \
        links differ in colour and dash. Follows the reader's choice of light or dark.
        """)

    @OptionGroup var arguments: FabricArguments

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The picture; standard output where left out.", valueName: "file"))
    var output: String?

    func run() throws {
      let picture = try FabricDrawing.svg(try arguments.load())
      guard let output else { return try printOutput(picture) }
      let file = try OutputFile(path: output)
      try file.write(picture)
      try file.commit()
    }
  }
}
