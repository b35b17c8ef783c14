import ArgumentParser
import Fabric
import Quantities
import Report

/// `refract fabric`.
struct FabricCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fabric", abstract: "List, show, draw, check and import fabrics.",
    subcommands: [List.self, Show.self, Draw.self, Check.self, Import.self])

  /// `refract fabric list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the presets.")

    func run() throws {
      let fabrics = try FabricPreset.names.map { try FabricPreset.load(nameOrFile: $0) }
      try printOutput(Array(FabricReport.text(fabrics).utf8))
    }
  }

  /// `refract fabric check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check a fabric file.")

    @Argument(help: "A fabric file, or a preset.")
    var file: String

    func run() throws {
      let fabric = try FabricPreset.load(nameOrFile: file)
      try printOutput(Array(FabricReport.text([fabric]).utf8))
    }
  }
}
