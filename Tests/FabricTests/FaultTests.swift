import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Fabric

@Suite("Faults")
struct FaultTests {
  private static func fabric(_ fail: [String], _ scaleUp: String = "") throws -> Fabric {
    let list = fail.map { "\"\($0)\"" }.joined(separator: ", ")
    return try FabricFixture.pods(
      2, gpus: 4, scaleUp: ", \"planes\": 8\(scaleUp)", scaleOut: ", \"nics\": 2",
      more: ", \"fail\": [\(list)]")
  }

  @Test("a lost plane takes its part of every GPU's bandwidth in that pod, and no other")
  func plane() throws {
    let fabric = try Self.fabric(["pod0/plane3"])
    let route = fabric.route(from: 0, to: 1)
    #expect(route.shares == [1, 1])
    #expect(
      fabric.names(0, 1) == [
        "pod0/gpu0/planes[0-2,4-7]/egress", "pod0/gpu1/planes[0-2,4-7]/ingress",
      ]
    )
    #expect(route.links.allSatisfy { fabric.link($0).bandwidth.gigabitsPerSecond == 700 })
    #expect(fabric.names(4, 5).first == "pod1/gpu0/planes[0-7]/egress")
    let dead = fabric.links.filter { $0.name.contains("/plane3/") }
    #expect(dead.count == 8 && dead.allSatisfy { $0.bandwidth.bytesPerSecond == 0 })
  }

  @Test("a GPU that lost a plane is sent to over the others; the rest of the pod uses all")
  func port() throws {
    let fabric = try Self.fabric(["pod0/gpu2/plane5"])
    let whole = fabric.route(from: 0, to: 1)
    #expect(whole.links.count == 4 && whole.shares == [0.875, 0.875, 0.125, 0.125])
    let around = fabric.route(from: 0, to: 2)
    #expect(around.shares == [1, 1])
    #expect(fabric.link(around.links[0]).name == "pod0/gpu0/planes[0-4,6-7]/egress")
    // Each plane still carries an eighth of what it had.
    #expect(fabric.link(whole.links[2]).bandwidth.gigabitsPerSecond == 100)
  }

  @Test("what can't go within the pod leaves it, and what can't leave is cut off")
  func cutOff() throws {
    let inner = try Self.fabric(["pod0/gpu1/plane"])
    #expect(inner.names(0, 1) == ["pod0/gpu0/nics[0-1]/egress", "pod0/gpu1/nics[0-1]/ingress"])
    let outer = try Self.fabric(["pod0/gpu1/plane", "pod0/gpu1/nic"])
    #expect(!outer.route(from: 0, to: 1).isReachable && !outer.route(from: 1, to: 6).isReachable)
    #expect(outer.route(from: 0, to: 6).isReachable)
    #expect(outer.isHealthy(gpu: 1), "it computes, and reaches no one")
    let dead = try Self.fabric(["pod0/gpu[1-2]"])
    #expect((0..<8).filter { !dead.isHealthy(gpu: $0) } == [1, 2])
    #expect(!dead.route(from: 1, to: 0).isReachable)
  }

  @Test("slower planes hold a sprayed pair back evenly, and are given less by adaptive balancing")
  func degraded() throws {
    func make(_ balancing: String) throws -> Fabric {
      try FabricFixture.pods(
        gpus: 4, scaleUp: ", \"planes\": 4, \"balancing\": \"\(balancing)\"",
        more: ", \"degrade\": [{\"links\": \"pod0/plane1\", \"to\": 0.5}]")
    }
    let sprayed = try make("spray").route(from: 0, to: 1)
    #expect(sprayed.shares == [0.75, 0.75, 0.25, 0.25])
    let fabric = try make("adaptive")
    let adaptive = fabric.route(from: 0, to: 1)
    // As 3 to a half: all planes are busy as long.
    let (most, least) = (3 / 3.5, 0.5 / 3.5)
    #expect(adaptive.shares == [most, most, least, least])
    let times = zip(adaptive.links, adaptive.shares).map {
      $1 / fabric.link($0).bandwidth.bytesPerSecond
    }
    let spread = (times.max() ?? 0) / (times.min() ?? 1)
    #expect(spread < 1 + 1e-12)
  }

  @Test("some lanes of a connection are as much of it")
  func lanes() throws {
    let fabric = try Self.fabric(["pod0/gpu0/plane1/lane[0-2]/egress"], ", \"lanes\": 4")
    let port = fabric.links.first { $0.name == "pod0/gpu0/plane1/egress" }
    #expect(port?.bandwidth.gigabitsPerSecond == 25)
    #expect(
      fabric.links.first { $0.name == "pod0/gpu0/plane1/ingress" }?.bandwidth.gigabitsPerSecond
        == 100)
  }

  @Test("load takes its share of what a pod's own links carry")
  func load() throws {
    let fabric = try FabricFixture.pods(
      2, gpus: 4, scaleOut: ", \"oversubscription\": 2",
      more: ", \"load\": [{\"links\": \"pod1/scale-out/*\", \"share\": 0.25}]")
    let trunks = fabric.links.filter { $0.name.contains("scale-out") }
    #expect(trunks.map(\.bandwidth.gigabitsPerSecond) == [800, 800, 600, 600])
  }

  @Test("a leaf switch takes its GPUs' ports with it; its links up only what crosses leaves")
  func leaves() throws {
    func make(_ fail: String) throws -> Fabric {
      try FabricFixture.pods(
        gpus: 4,
        scaleUp: ", \"planes\": 2, \"topology\": \"leaf-spine\", \"leaf\": {\"gpus\": 2}",
        more: ", \"fail\": [\"\(fail)\"]")
    }
    let leaf = try make("pod0/leaf0/plane1")
    #expect(leaf.names(0, 1) == ["pod0/gpu0/plane0/egress", "pod0/gpu1/plane0/ingress"])
    let up = try make("pod0/leaf0/plane1/up")
    #expect(up.names(0, 1).count == 4, "both planes within the leaf")
    #expect(up.route(from: 0, to: 2).links.count == 4, "one plane across")
    #expect(up.route(from: 2, to: 0).links.count == 8, "both planes back")
    #expect(!(try make("pod0/leaf0").route(from: 0, to: 1).isReachable))
  }

  @Test("traffic over links between GPUs goes around what is lost, the shortest way left")
  func around() throws {
    let ring = try FabricFixture.pods(
      gpus: 6, scaleUp: ", \"topology\": \"torus\", \"torus\": {\"dimensions\": [6]}",
      more: ", \"fail\": [\"pod0/gpu0/to-gpu1\"]")
    #expect(ring.names(0, 1).count == 5 && ring.route(from: 0, to: 1).latency == .nanoseconds(500))
    #expect(ring.names(1, 0) == ["pod0/gpu1/to-gpu0"], "the other direction works")
    let mesh = try FabricFixture.pods(
      gpus: 4, scaleUp: ", \"topology\": \"mesh\"", more: ", \"fail\": [\"pod0/gpu0/to-gpu1\"]")
    #expect(mesh.route(from: 0, to: 1).shares == [0.5, 0.5, 0.5, 0.5], "over both others")
    let dead = try FabricFixture.pods(
      gpus: 4, scaleUp: ", \"topology\": \"torus\", \"torus\": {\"dimensions\": [4]}",
      more: ", \"fail\": [\"pod0/gpu1\"]")
    #expect(dead.names(0, 2) == ["pod0/gpu0/to-gpu3", "pod0/gpu3/to-gpu2"], "it forwards no more")
  }

  @Test(
    "names that mean nothing are refused, and what there is is said",
    arguments: [
      ("pod9/plane3", "pods are 0 to 1"), ("pod0/plane8", "planes of a pod are 0 to 7"),
      ("gpu[2-5]", "GPUs of a pod are 0 to 3"), ("pod0/nic2", "NICs of a GPU are 0 to 1"),
      ("pod0/leaf0", "has no leaf switches"), ("rail1", "has no leaf switches"),
      ("pod0/scale-out", "not oversubscribed"), ("pod0/gpu0/to-gpu1", "no links to each other"),
      ("pod0/scale-up/shared", "not oversubscribed"), ("rack-plane0", "has no planes of a rack"),
    ])
  func unknown(name: String, words: String) throws {
    let inFile = thrownDiagnostic { try Self.fabric(["pod0/plane0", name]) }
    #expect(inFile?.code == .valueOutOfRange)
    #expect(inFile?.location?.keyPath == "fail[1]")
    var specification = try Self.fabric([]).specification
    specification.faults = [try FabricFault.fail(name)]
    let asked = thrownDiagnostic { try Fabric(specification) }
    #expect(asked?.code == .usage)
    for diagnostic in [inFile, asked] {
      #expect(diagnostic?.problem.contains(words) == true, "\(String(describing: diagnostic))")
    }
  }

  @Test(
    "what is no name at all is refused where it stands",
    arguments: ["", "pod", "pod0/", "podx", "plane1/gpu2", "gpu-1", "gpu[1", "gpu[3-1]", "gpu1,2"])
  func malformed(name: String) {
    let diagnostic = thrownDiagnostic { try Self.fabric([name]) }
    if name == "pod" {
      #expect(diagnostic == nil, "all pods")
    } else {
      #expect(diagnostic?.code == .valueOutOfRange, "\(String(describing: diagnostic))")
      #expect(diagnostic?.location?.keyPath == "fail[0]")
    }
  }

  @Test("one after the other: what is named is counted out, what is not stays together")
  func singles() throws {
    let fabric = try Self.fabric([])
    func singles(_ text: String) throws -> [String] {
      try FabricPattern(text).singles(on: fabric).map(\.text)
    }
    #expect(try singles("pod0/plane[1-3]") == ["pod0/plane1", "pod0/plane2", "pod0/plane3"])
    #expect(try singles("plane*").count == 8)
    #expect(try singles("pod*/gpu*").count == 8)
    #expect(try singles("gpu1/nic") == ["gpu1/nic"])
    #expect(thrownDiagnostic { try singles("pod*/gpu*/plane*/lane*") } == nil)
  }
}
