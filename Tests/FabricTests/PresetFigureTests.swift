import JSON
import Quantities
import TestSupport
import Testing

@testable import Fabric

/// What presets come to, against figures worked out by hand from their sources.
@Suite("Preset figures")
struct PresetFigureTests {
  /// A preset by hand. Bandwidths in Gb/s, one direction.
  struct Expected: Sendable, CustomTestStringConvertible {
    var name: String
    var gpus: Int
    /// Bundles, one a GPU, direction and network; then links of pods.
    var links: Int
    /// Of a GPU into the scale-up, and into the scale-out.
    var injection: (up: Double, out: Double?)
    /// The least between two halves of a pod, and of all.
    var bisection: (pod: Double, whole: Double)

    var testDescription: String { name }
  }

  static let expected: [Expected] = [
    // 64 × 512 GPUs, 4 links each. Halves: 256 × 32,000; 32 pods × 512 × 1,600.
    Expected(
      name: "passage-512", gpus: 32_768, links: 131_072, injection: (32_000, 1600),
      bisection: (8_192_000, 26_214_400)),
    // As before, 256 × 14,400.
    Expected(
      name: "photonic-512-14t", gpus: 32_768, links: 131_072, injection: (14_400, 1600),
      bisection: (3_686_400, 26_214_400)),
    // 228 × 144. Halves: 72 × 14,400; 114 pods × 144 × 1,600.
    Expected(
      name: "copper-144", gpus: 32_832, links: 131_328, injection: (14_400, 1600),
      bisection: (1_036_800, 26_265_600)),
    // 256 × 128. Halves: 64 × 14,400; 128 pods × 128 × 1,600.
    Expected(
      name: "copper-128", gpus: 32_768, links: 131_072, injection: (14_400, 1600),
      bisection: (921_600, 26_214_400)),
    // 32 × 72. Halves: 36 × 7,200; 16 pods × 72 × 400.
    Expected(
      name: "gb200-nvl72", gpus: 2304, links: 9216, injection: (7200, 400),
      bisection: (259_200, 460_800)),
    // 32 × 72. Halves: 36 × 14,400; 16 pods × 72 × 1,600.
    Expected(
      name: "rubin-nvl144", gpus: 2304, links: 9216, injection: (14_400, 1600),
      bisection: (518_400, 1_843_200)),
    // One pod of 1024, 2 links each. Halves: 512 × 14,400.
    Expected(
      name: "ualink-1024", gpus: 1024, links: 2048, injection: (14_400, nil),
      bisection: (7_372_800, 7_372_800)),
    // One pod of 512, 2 links each. Halves: 256 × 9,600.
    Expected(
      name: "sue-512", gpus: 512, links: 1024, injection: (9600, nil),
      bisection: (2_457_600, 2_457_600)),
    // 256 × 8. Halves: 4 × 1,600; 128 pods × 8 × 400.
    Expected(
      name: "hgx-h800-8", gpus: 2048, links: 8192, injection: (1600, 400),
      bisection: (6400, 409_600)),
    // 4 × 3,600; as before.
    Expected(
      name: "hgx-h100-8", gpus: 2048, links: 8192, injection: (3600, 400),
      bisection: (14_400, 409_600)),
    // 4 × 7,200; as before.
    Expected(
      name: "hgx-b200-8", gpus: 2048, links: 8192, injection: (7200, 400),
      bisection: (28_800, 409_600)),
    // 128 × 8. Halves: 4 × 2,400; 64 pods × 8 × 200.
    Expected(
      name: "dgx-a100-8", gpus: 1024, links: 4096, injection: (2400, 200),
      bisection: (9600, 102_400)),
    // 2 × 4. Halves: 2 × 900; 1 pod × 4 × 300: the 6 links of 25 GB/s between the quads.
    Expected(
      name: "dgx-v100-8", gpus: 8, links: 32, injection: (900, 300), bisection: (1800, 1200)),
    // 256 × 8. Halves: 4 × 3,584; 128 pods × 8 × 400.
    Expected(
      name: "mi300x-8", gpus: 2048, links: 8192, injection: (3584, 400),
      bisection: (14_336, 409_600)),
    // 5 configurations of 6 links for each of 4096 chips. Halves of 16 × 16 × 16: 2 × 256 links of 400.
    Expected(
      name: "tpu-v4", gpus: 4096, links: 122_880, injection: (2400, nil),
      bisection: (204_800, 204_800)),
    // 64 processes on one link of 2.8 Gb/s (64 × 2.8 / 64), half for each direction; 2 × 64 + 1.
    Expected(
      name: "gloo-host", gpus: 64, links: 129, injection: (2.8, nil), bisection: (1.4, 1.4)),
    // 512 × 400 · 2^30 B/s = 512 × 3,435.9738368.
    Expected(
      name: "reference-switch", gpus: 1024, links: 2048, injection: (3435.973_836_8, nil),
      bisection: (1_759_218.604_441_6, 1_759_218.604_441_6)),
  ]

  @Test("links, injection and bisection bandwidth are those found by hand", arguments: expected)
  func figures(_ expected: Expected) throws {
    let fabric = try FabricPreset.load(nameOrFile: expected.name)
    #expect(fabric.gpuCount == expected.gpus)
    #expect(fabric.linkCount == expected.links)
    let all = fabric.linkClasses
    #expect(all.reduce(0) { $0 + $1.count } == expected.links)
    // As the links say, not as the file does.
    let classes = all.filter { $0.pattern.hasPrefix("pod*/gpu*/") }
    for (tier, gigabits) in [
      (Tier.scaleUp, Double?(expected.injection.up)), (Tier.scaleOut, expected.injection.out),
    ] {
      if tier == .scaleUp, fabric.specification.circuits != nil {
        // Links to neighbours instead of ports, those of the first configuration.
        let lit = classes.first { $0.link.tier == tier }
        #expect(lit?.count == 6 * expected.gpus)
        #expect(lit?.link.bandwidth.gigabitsPerSecond == gigabits.map { $0 / 6 })
        continue
      }
      let ports = classes.filter { $0.link.tier == tier && $0.pattern.hasSuffix("/egress") }
      #expect(ports.map(\.count) == (gigabits == nil ? [] : [expected.gpus]))
      #expect(ports.first?.link.bandwidth.gigabitsPerSecond == gigabits)
    }
    let pod = try #require(fabric.podBisection()?.bandwidth?.gigabitsPerSecond)
    let whole = try #require(fabric.bisection?.bandwidth?.gigabitsPerSecond)
    #expect((pod / expected.bisection.pod - 1).magnitude < 1e-12)
    #expect((whole / expected.bisection.whole - 1).magnitude < 1e-12)
  }

  @Test("no preset is left out")
  func complete() {
    #expect(Set(Self.expected.map(\.name)) == Set(FabricPreset.names))
    #expect(Self.expected.count == FabricPreset.names.count)
  }

  @Test(
    "bisection bandwidth is the least of all halvings, tried one by one",
    arguments: [1, 2, 3, 4], [1, 2, 3, 4])
  func exhaustive(pods: Int, gpus: Int) throws {
    for (up, out) in [(1.0, 1.0), (2, 1), (1, 3), (4, 1.5)] {
      let text = """
        {"schema": "refract.fabric/1", "name": "t", "pods": \(pods),
         "pod": {"gpus": \(gpus), "scale_up": {"bandwidth_gbps": 100, "hop_latency_ns": 1,
                 "oversubscription": \(up)}},
         "scale_out": {"bandwidth_gbps": 30, "hop_latency_ns": 1, "oversubscription": \(out)}}
        """
      let fabric = try Fabric(
        FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "t.json")))
      let found = fabric.bisection?.bandwidth?.gigabitsPerSecond
      let least = Self.leastCut(pods: pods, gpus: gpus, up: (100, up), out: (30, out))
      #expect(found == nil ? least == nil : (try #require(least) - found!).magnitude < 1e-9)
    }
  }

  /// The least cut over all halves: each is a number of GPUs of every pod, for the GPUs of a pod are
  /// alike. Of what lies between two halves, the switches, each is put on the side where it costs
  /// less.
  private static func leastCut(
    pods: Int, gpus: Int, up: (Double, Double), out: (Double, Double)
  ) -> Double? {
    guard pods * gpus > 1 else { return nil }
    var least: Double?
    let ways = (0..<pods).reduce(1) { product, _ in product * (gpus + 1) }
    for way in 0..<ways {
      var rest = way
      let sending = (0..<pods).map { _ in
        defer { rest /= gpus + 1 }
        return rest % (gpus + 1)
      }
      guard sending.reduce(0, +) == pods * gpus / 2 else { continue }
      // Within pods: the switch of each on either side; one that is shared, half for each direction.
      let within = sending.map { count in
        let ports = min(Double(count), Double(gpus - count)) * up.0
        let shared = up.1 > 1 ? Double(gpus) * up.0 / (2 * up.1) : .infinity
        return min(ports, shared)
      }
      // Between them: the scale-out's core on either side, each pod's way in or out then too.
      let trunk = out.1 > 1 ? Double(gpus) * out.0 / out.1 : .infinity
      func core(_ counts: [Int]) -> Double {
        counts.reduce(0) { $0 + min(Double($1) * out.0, trunk) }
      }
      let between = pods > 1 ? min(core(sending), core(sending.map { gpus - $0 })) : 0
      least = min(least ?? .infinity, within.reduce(0, +) + between)
    }
    return least
  }
}
