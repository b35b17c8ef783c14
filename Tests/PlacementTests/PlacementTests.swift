import Diagnostics
import Fabric
import Placement
import TestSupport
import Testing

@Suite("Placement")
struct PlacementTests {
  private let directory: TemporaryDirectory
  private let fabric: Fabric

  init() throws {
    directory = try TemporaryDirectory()
    fabric = try FabricPreset.load(nameOrFile: "hgx-h800-8")
  }

  private func place(_ text: String, worldSize: Int = 2) throws -> Placement {
    try PlacementPolicy(directory.write("p.csv", text)).place(worldSize: worldSize, on: fabric)
  }

  @Test("linear fills pod after pod")
  func linear() throws {
    let placement = try PlacementPolicy("linear").place(worldSize: 10, on: fabric)
    #expect(placement.gpuOfRank == Array(0..<10))
    #expect(placement.name == "linear")
  }

  @Test("a file names GPUs by number or by name, in any order")
  func file() throws {
    let placement = try place("rank, gpu # heading\n# nothing here\n1, pod1/gpu0\n\n0,3\n")
    #expect(placement.gpuOfRank == [3, 8])
    #expect(placement.name == "p.csv")
  }

  @Test("a job larger than the fabric is refused")
  func tooLarge() {
    let diagnostic = thrownDiagnostic {
      try PlacementPolicy.linear.place(worldSize: 2049, on: fabric)
    }
    #expect(diagnostic?.code == .fabricTooSmall)
    #expect(diagnostic?.problem.contains("2049 ranks") == true)
    #expect(diagnostic?.problem.contains("2048 GPUs") == true)
  }

  private static let refusals: [(text: String, code: Diagnostic.Code, line: Int?)] = [
    ("0,0\n1,1\n", .malformedPlacement, 1),
    ("rank,gpu\n0,0\n1,0\n", .placementConflict, 3),
    ("rank,gpu\n0,0\n", .placementIncomplete, nil),
    ("rank,gpu\n0,0\n0,1\n", .malformedPlacement, 3),
    ("rank,gpu\n0,0\n2,1\n", .malformedPlacement, 3),
    ("rank,gpu\n0,0\n1,pod9999/gpu0\n", .malformedPlacement, 3),
    ("rank,gpu\n0,0\n1,2,3\n", .malformedPlacement, 3),
    ("rank,gpu\n0,0\n1,99999\n", .malformedPlacement, 3),
    ("rank,gpu\n0,0\n1,-1\n", .malformedPlacement, 3),
  ]

  @Test("what is wrong in a file is named by its line", arguments: refusals.indices)
  func refusal(index: Int) {
    let refusal = Self.refusals[index]
    let diagnostic = thrownDiagnostic { try place(refusal.text) }
    #expect(diagnostic?.code == refusal.code, "\(refusal.text)")
    #expect(diagnostic?.location?.line == refusal.line)
  }
}
