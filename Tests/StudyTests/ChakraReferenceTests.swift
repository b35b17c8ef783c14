import Collectives
import Quantities
import Simulation
import TestSupport
import Testing
import Workload

@testable import Study

/// Chakra workloads with known step times on an ideal switch.
@Suite("Chakra reference cases", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct ChakraReferenceTests {
  private static func stepTime(_ inputs: [String], tier: TransferTier = .coflow) async throws
    -> Int64
  {
    var scenario = Scenario(fabric: "reference-switch")
    scenario.tier = tier
    let results = try await Study(traces: [TraceSource(inputs: inputs)], scenarios: [scenario])
      .run(threads: 1)
    return results[0].stepTime.nanosecondsRounded
  }

  private static func archive(_ name: String) -> String {
    SharedFiles.path("reference/chakra/\(name).tar.zst")
  }

  @Test(
    "the step is the ideal one, to the nanosecond",
    arguments: [
      ("a2a_64", 154_809), ("a2a_512", 156_945), ("ar_64", 5_047_875), ("ar_512", 6_012_234),
      ("moe_64", 18_001_750), ("moe_512", 18_966_109), ("moe_1024", 19_994_992),
      ("overlap_64", 445_336),
    ] as [(String, Int64)])
  func ideal(_ name: String, _ expected: Int64) async throws {
    let time = try await Self.stepTime([Self.archive(name)])
    #expect((time - expected).magnitude <= 1)
  }

  @Test(
    "so it is flow by flow",
    arguments: [
      ("a2a_64", 154_809), ("ar_64", 5_047_875), ("moe_64", 18_001_750), ("overlap_64", 445_336),
    ] as [(String, Int64)])
  func idealByFlow(_ name: String, _ expected: Int64) async throws {
    let time = try await Self.stepTime([Self.archive(name)], tier: .flow)
    #expect((time - expected).magnitude <= 1)
  }

  @Test("collectives that may overlap do: every port is busy from its first byte to its last")
  func overlap() async throws {
    let time = try await Self.stepTime([Self.archive("overlap_64")])
    // 7/8 of 64 MiB from 1 µs on, and 2 · 63/64 of it from 126 µs on, when the first has not ended.
    let bandwidth = 400.0 * 1_073_741_824
    let size = 67_108_864.0
    let exchange = size * 7 / 8 / bandwidth * 1e9
    let reduction = size * 2 * 63 / 64 / bandwidth * 1e9
    #expect(exchange > 125_000)
    let expected = 1_000 + exchange + reduction
    #expect((Double(time) - expected).magnitude <= 1)
  }

  @Test("exported and read again a trace is the same: calls, bytes, times", arguments: ["moe_64"])
  func roundTrip(_ name: String) async throws {
    let directory = try TemporaryDirectory()
    let (archive, output) = (Self.archive(name), directory.file("again"))
    let run = try Tool.refract("export", archive, "--to", "chakra", "-o", output)
    #expect(run.status == 0, "\(run.error)")
    func prepared(_ path: String) throws -> PreparedTrace {
      try PreparedTrace.prepare(TraceSource(inputs: [path]), name: "t")[0]
    }
    let (before, after) = try (prepared(archive).workload, prepared(output).workload)
    #expect(before.instances.map(\.kind) == after.instances.map(\.kind))
    #expect(before.instances.map(\.payload) == after.instances.map(\.payload))
    for (one, other) in zip(before.programs, after.programs) {
      #expect(one.operations.map(\.start) == other.operations.map(\.start))
      #expect(one.operations.map(\.duration) == other.operations.map(\.duration))
    }
    #expect(
      try await Self.stepTime([archive]) == Self.stepTime([output]))
  }

  @Test("a captured step survives the way to Chakra and back, pair by pair")
  func captured() async throws {
    let directory = try TemporaryDirectory()
    let path = ProjectFiles.path("traces/captured-moe-ep4")
    let run = try Tool.refract("export", path, "--to", "chakra", "-o", directory.file("et"))
    #expect(run.status == 0, "\(run.error)")
    let times = try await (
      Self.stepTime([path], tier: .flow), Self.stepTime([directory.file("et")], tier: .flow)
    )
    #expect((times.0 - times.1).magnitude <= 1)
  }
}
