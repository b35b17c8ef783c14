import Collectives
import Diagnostics
import Fabric
import Placement
import Report
import Simulation
import Study

extension Target {
  /// What people write, and what this tool wrote before.
  static let settings = [
    Target(name: "fabric") { try fabric($0.file("fabric.json"), $0) },
    Target(name: "overlay") { try overlay(String(decoding: $0.bytes, as: UTF8.self)) },
    Target(name: "placement") { try placement($0.file("placement.csv"), $0) },
    Target(name: "calibration") { try calibration($0.file("calibration.json"), $0) },
    Target(name: "flows") { try flows($0.file("flows.json"), in: $0.folder) },
    Target(name: "results") { try results($0.files(["before.json", "after.json"])) },
  ]

  /// As `refract fabric check`, then a replay on it.
  private static func fabric(_ path: String, _ input: Input) throws {
    Promise.hold(text: FabricReport.text([try FabricPreset.load(nameOrFile: path)]))
    try Replay(input: input).run(Fixed.trace(in: input.folder), Scenario(fabric: path))
  }

  /// As `--set`.
  private static func overlay(_ text: String) throws {
    do {
      let overlay = try FabricOverlay(text)
      _ = FabricReport.text([
        try FabricPreset.load(nameOrFile: "passage-512", overlays: [overlay])
      ])
    } catch let diagnostic as Diagnostic where diagnostic.code == .usage {
      // Usage has no place.
    }
  }

  private static let switched = Result { try FabricPreset.load(nameOrFile: "hgx-h800-8") }

  /// As `--placement`.
  private static func placement(_ path: String, _ input: Input) throws {
    _ = try PlacementPolicy.file(path).place(worldSize: 2, on: switched.get())
    let scenario = Scenario(fabric: "hgx-h800-8", placement: .file(path))
    try Replay(input: input).run(Fixed.trace(in: input.folder), scenario)
  }

  /// As `--calibration`; written again, it is the same.
  private static func calibration(_ path: String, _ input: Input) throws {
    let calibration = try CalibrationFile.read(path)
    let copy = input.folder.write(
      "again.json", String(decoding: CalibrationFile.document(calibration), as: UTF8.self))
    let again = try CalibrationFile.read(copy)
    // Nanoseconds become seconds and back.
    Promise.require(again.classes.count == calibration.classes.count, "written, classes differ")
    var scenario = Scenario(fabric: "hgx-h800-8")
    scenario.lowering.calibration = calibration
    try Replay(input: input).run(Fixed.trace(in: input.folder), scenario)
  }

  /// As `refract flows`; what it writes, it reads.
  private static func flows(_ path: String, in folder: WorkFolder) throws {
    let flows = try FlowFile(path: path)
    let document = try flows.document(flows.set.simulate())
    let solved = folder.write("solved.json", String(decoding: document, as: UTF8.self))
    Promise.require(
      try FlowFile(path: solved).set.flows.count == flows.set.flows.count, "flows are lost")
  }

  /// As `refract diff`, of two files or of one with itself.
  private static func results(_ paths: [String]) throws {
    let documents = try paths.map(ResultsReader.read)
    guard let before = documents.first, let after = documents.last else { return }
    let comparison = ResultsComparison(before, after)
    Promise.require(documents.count > 1 || comparison.isIdentical, "is not the same as itself")
    Promise.hold(text: DiffReport.text(comparison, names: ("before", "after")))
    _ = DiffReport.excess(comparison, thresholdPercent: 2)
    _ = DiffJSON.document(comparison, version: "", thresholdPercent: 2)
  }
}
