import Fabric
import Foundation
import JSON
import Quantities
import TestSupport
import Testing

@testable import Report

@Suite("Fabric details")
struct FabricDetailsTests {
  @Test("all figures of a fabric")
  func passage() throws {
    let text = FabricDetails.text(
      try FabricPreset.load(
        nameOrFile: "passage-512",
        overlays: [FabricOverlay("scale_out.oversubscription=2"), FabricOverlay("pods=3")]))
    let lines = text.split(separator: "\n").map {
      $0.split(separator: " ").joined(separator: " ")
    }
    for line in [
      "1536 GPUs in 3 pods of 512",
      "within a pod switch 32 Tb/s 80 planes 1 1:1 optical 8.192 Pb/s",
      // One pod whole: 512 × 1.6 / 2; one cut: min(256 × 1.6, 409.6) and its own 256 × 32.
      "between pods switch 1.6 Tb/s 1 NIC 1 2:1 optical 9.011 Pb/s",
      "pod*/gpu*/planes[0-79]/egress scale_up 1536 122880 32 Tb/s 0.125 µs 2.15 optical",
      "pod*/gpu*/nic/ingress scale_out 1536 1536 1.6 Tb/s 2 µs 9 optical",
      "pod*/scale-out/egress scale_out 3 1536 409.6 Tb/s 0 µs 0 optical",
      "all 6150 251904", "within its pod 2 0.25 µs 4.3 pJ/bit", "to other pods 4 4 µs 18 pJ/bit",
      "Status: 2nd-hand, planes inferred",
    ] {
      #expect(lines.contains(line), "\(line)\n\(text)")
    }
  }

  /// What `show` and `list` print of an example of each topology. To record it anew, run the test with
  /// REFRACT_RECORD set, and read what has changed.
  @Test("of every topology, as recorded")
  func topologies() throws {
    let fabrics = try FabricExamples.all.map { example in
      try Fabric(
        FabricSpecification(JSONNode(parsing: Array(example.text.utf8), file: "t.json")))
    }
    let text =
      fabrics.map(FabricDetails.text).joined(separator: "\n") + "\n"
      + FabricReport.text(fabrics)
    let file = ProjectFiles.path("Tests/ReportTests/FabricDetailsTests.txt")
    if ProcessInfo.processInfo.environment["REFRACT_RECORD"] != nil {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
    let recorded = try String(contentsOfFile: file, encoding: .utf8)
    let (found, expected) = (text.split(separator: "\n"), recorded.split(separator: "\n"))
    for (one, other) in zip(found, expected) { #expect(one == other) }
    #expect(found.count == expected.count)
  }

  @Test(
    "rates in the unit that suits them",
    arguments: [
      (400.0, "400 Gb/s"), (14_400, "14.4 Tb/s"), (26_214_400, "26.21 Pb/s"), (0.5, "500 Mb/s"),
      (2.8, "2.8 Gb/s"), (3435.973_836_8, "3.436 Tb/s"), (1e15, "1000 Zb/s"), (1e-6, "0.001 Mb/s"),
    ])
  func rates(gigabits: Double, text: String) {
    #expect(FabricFigures.rate(.gigabitsPerSecond(gigabits)) == text)
  }
}
