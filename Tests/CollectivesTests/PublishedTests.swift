import Fabric
import Foundation
import Placement
import Quantities
import Simulation
import TestSupport
import Testing
import Trace

@testable import Collectives
@testable import Workload

/// The tables of the article on collectives that hold the model against published measurements, row by
/// row against what comes out now.
@Suite("Published measurements, as documented")
struct PublishedTests {
  /// The cells of a row behind its first two, of the table under a heading.
  private static func documented(_ heading: String, _ name: String) throws -> [String] {
    let text = try String(
      contentsOfFile: ProjectFiles.path(
        "Sources/Collectives/Documentation.docc/Collectives.md"), encoding: .utf8)
    let start = try #require(text.range(of: "### " + heading))
    let rest = text[start.upperBound...]
    let section = rest.range(of: "\n#").map { rest[..<$0.lowerBound] } ?? rest
    let rows = section.split(separator: "\n").map {
      $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return Array(try #require(rows.first { $0.first == name }).dropFirst(2))
  }

  private static func error(_ modelled: Double, _ published: Double) -> String {
    let percent = (modelled / published - 1) * 100
    return (percent < 0 ? "−" : "+") + fixedPoint(percent.magnitude, digits: 1) + " %"
  }

  private static func seconds(
    _ job: Workload, _ fabric: String, _ overlays: [String], _ options: LoweringOptions
  ) throws -> Double {
    let fabric = try FabricPreset.load(
      nameOrFile: fabric, overlays: try overlays.map { try FabricOverlay($0) })
    let (lowering, map) = try lowering(job, on: fabric, options: options)
    return try lowering.lower(0).loneTime(capacities: map.capacities).seconds
  }

  // MARK: All-reduce

  struct AllReduce: Sendable, CustomTestStringConvertible {
    var algorithm: CollectiveAlgorithm
    var gpus: Int
    var published: Double
    var testDescription: String { "`\(algorithm.rawValue)`, \(gpus) GPUs" }
  }

  static let allReduces: [AllReduce] =
    (2...8).map { AllReduce(algorithm: .ring, gpus: $0, published: 367.5) }
    + zip(2...8, [367.5, 367.5, 367.5, 420, 440, 460, 480]).map {
      AllReduce(algorithm: .inNetwork, gpus: $0, published: $1)
    }

  @Test("bus bandwidth of all-reduce on H100", arguments: allReduces)
  func busBandwidth(_ row: AllReduce) throws {
    var options = forcing(.allReduce, row.algorithm)
    options.latency = .nccl
    let bytes: Int64 = 4 << 30
    let job = workload(.allReduce, .buffer(ByteCount(bytes)), ranks: row.gpus)
    let factor = 2 * Double(row.gpus - 1) / Double(row.gpus)
    var cells: [String] = []
    for efficiency in ["1.0", "0.82"] {
      let time = try Self.seconds(
        job, "hgx-h100-8",
        [
          "pod.scale_up.in_network_reduction=true", "pod.scale_up.efficiency=\(efficiency)",
        ], options)
      let bandwidth = Double(bytes) / time * factor / 1e9
      cells += [fixedPoint(bandwidth, digits: 1), Self.error(bandwidth, row.published)]
    }
    let documented = try Self.documented("All-reduce on H100", row.testDescription)
    #expect(documented == cells)
  }

  // MARK: DeepEP

  struct Tokens: Sendable, CustomTestStringConvertible {
    var direction: TokenRouting.Direction
    var ranks: Int
    var published: Double
    var testDescription: String { "\(direction.rawValue), EP\(ranks)" }

    /// Bytes of a token: FP8 with a scale of 4 bytes for each 128 there, BF16 back.
    var tokenBytes: Int64 { direction == .dispatch ? 7168 + 4 * 56 : 2 * 7168 }
  }

  /// What DeepEP says of its machines: 160 GB/s on NVLink, 50 GB/s on the network.
  private static let machine = ["pod.scale_up.efficiency=0.8"]

  static let normal: [Tokens] =
    zip([8, 16, 32, 64], [153.0, 43, 58, 51]).map {
      Tokens(direction: .dispatch, ranks: $0, published: $1)
    }
    + zip([8, 16, 32, 64], [158.0, 43, 57, 50]).map {
      Tokens(direction: .combine, ranks: $0, published: $1)
    }

  @Test("bottleneck bandwidth of DeepEP's normal kernels", arguments: normal)
  func normalKernels(_ row: Tokens) throws {
    let nodes = Int64(row.ranks / 8)
    let routing = TokenRouting(
      direction: row.direction, tokens: 4096, tokenBytes: row.tokenBytes, expertsPerToken: 8,
      experts: 256, expertGroups: nodes, groupsPerToken: min(nodes, 4))
    // Logical: what stays at home counts, copies a rank on NVLink, copies a node on the network.
    let odds = RoutingOdds(routing, memberCount: row.ranks)
    let copies = nodes == 1 ? 8 * odds.hit([0]) : Double(min(nodes, 4))
    var cells: [String] = []
    for stages in Stages.allCases {
      var options = LoweringOptions()
      options.deduplication = .node
      options.stages = stages
      let time = try Self.seconds(
        workload(.allToAll, .routed(routing), ranks: row.ranks), "hgx-h800-8", Self.machine,
        options)
      let bandwidth = 4096 * copies * Double(row.tokenBytes) / time / 1e9
      cells += [fixedPoint(bandwidth, digits: 1), Self.error(bandwidth, row.published)]
    }
    let documented = try Self.documented("DeepEP's normal kernels", row.testDescription)
    #expect(documented == cells)
  }

  static let lowLatency: [Tokens] =
    zip([8, 16, 32, 64, 128, 256], [77.0, 118, 155, 173, 192, 194]).map {
      Tokens(direction: .dispatch, ranks: $0, published: $1)
    }
    + zip([8, 16, 32, 64, 128, 256], [114.0, 195, 273, 314, 369, 360]).map {
      Tokens(direction: .combine, ranks: $0, published: $1)
    }

  @Test("time of DeepEP's low-latency kernels", arguments: lowLatency)
  func lowLatencyKernels(_ row: Tokens) throws {
    let routing = TokenRouting(
      direction: row.direction, tokens: 128, tokenBytes: row.tokenBytes, expertsPerToken: 8,
      experts: 256)
    var options = LoweringOptions()
    options.deduplication = .none
    let time =
      try Self.seconds(
        workload(.allToAll, .routed(routing), ranks: row.ranks), "hgx-h800-8", Self.machine,
        options) * 1e6
    let cells = [fixedPoint(time, digits: 1), Self.error(time, row.published)]
    let documented = try Self.documented("DeepEP's low-latency kernels", row.testDescription)
    #expect(documented == cells)
  }
}
