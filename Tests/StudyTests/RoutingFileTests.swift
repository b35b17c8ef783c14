import Collectives
import Diagnostics
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

@Suite("Routing files")
struct RoutingFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("a bare matrix and named fields say the same")
  func forms() throws {
    let bare = try RoutingFile.read(directory.write("a", "[[1, 2], [3, 4]]"), repeats: false)
    #expect(bare.layers == [[[1, 2], [3, 4]]] && !bare.repeats)
    let named = try RoutingFile.read(
      directory.write(
        "b",
        """
        {"schema": "refract.routing/1", "description": "d", "source": "s", "layers": [
          {"name": "layer 3", "tokens": [[1, 2], [3, 4]]}, {"tokens": [[5, 6], [7, 8]]}]}
        """), repeats: true)
    #expect(named.layers == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]] && named.repeats)
  }

  /// A step of a DeepEP-like job of 8 ranks, as rules would have it: 4096 tokens to 8 experts each.
  private static func trace() -> Trace {
    RankFixture.trace(
      (0..<8).map { number in
        var rank = RankFixture(number)
        for (place, direction) in [TokenRouting.Direction.dispatch, .combine].enumerated() {
          var call = Communication(kind: .allToAll, group: 0)
          call.routing = TokenRouting(
            direction: direction, tokens: 4096, tokenBytes: direction == .dispatch ? 7392 : 14336,
            expertsPerToken: 8, experts: 64)
          call.label = direction.rawValue
          call.assumedBy = "deepep"
          call.sizes = .assumed
          rank.add(.kernel, lane: 1, at: Int64(place) * 1000, for: 500, call)
        }
        return rank
      })
  }

  @Test(
    "mixnet's matrix: the hottest rank gets 2.37 times the mean, and no token is lost",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
  func mixnet() throws {
    let path = SharedFiles.path("captures/mixnet/num_global_tokens_per_expert.txt")
    var options = WorkloadOptions()
    options.routing = try RoutingFile.read(path, repeats: false)
    let tokens = try #require(options.routing?.layers[0])
    // As the rules have it: 4096 tokens, 8 copies of each.
    #expect(tokens.allSatisfy { $0.reduce(0, +) == 32768 })
    let prepared = try PreparedTrace(Self.trace(), options: options, name: "t")
    let traffic = prepared.traffic
    func column(_ j: Int, _ bytes: Double) -> Double {
      (0..<8).reduce(0) { $0 + ($1 == j ? 0 : Double(tokens[$1][j]) * bytes) }
    }
    func row(_ i: Int, _ bytes: Double) -> Double {
      (0..<8).reduce(0) { $0 + ($1 == i ? 0 : Double(tokens[i][$1]) * bytes) }
    }
    for rank in 0..<8 {
      // Dispatch brings a rank its column; combine sends it back, and brings its row.
      #expect(traffic.received[rank] == column(rank, 7392) + row(rank, 14336))
      #expect(traffic.sent[rank] == row(rank, 7392) + column(rank, 14336))
    }
    let kept = (0..<8).reduce(0.0) { $0 + Double(tokens[$1][$1]) * (7392 + 14336) }
    #expect(traffic.total + kept == 8 * 32768 * (7392 + 14336))
    guard case .matrix(.rows(let rows)) = prepared.workload.instances[0].payload else {
      Issue.record("the dispatch has no matrix")
      return
    }
    let received = (0..<8).map { column in rows.reduce(0) { $0 + $1[column] } }
    let ratio = Double((received.max() ?? 0) * 8) / Double(received.reduce(0, +))
    #expect(received.max() == received[0] && (ratio - 2.37).magnitude < 0.005)
    #expect(prepared.workload.assumptions.contains { $0.text.contains("gets 2.37 times the mean") })
  }

  /// 64 ranks that send 32,768 copies each, a share of them to rank 0, the rest to all others alike.
  private static func skewed(_ ratio: Int64) -> ExpertRouting {
    let hot = 32768 * ratio / 6400
    let row = [hot] + (0..<63).map { (32768 - hot) / 63 + ($0 < (32768 - hot) % 63 ? 1 : 0) }
    return ExpertRouting(
      file: "skew.json", layers: [Array(repeating: row, count: 64)])
  }

  private static func transfers(
    _ routing: ExpertRouting?, on fabric: String, _ domain: DeduplicationDomain
  ) throws -> (dispatch: Double, combine: Double) {
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    options.routing = routing
    let source = TraceSource(inputs: [SharedFiles.deepSeek], rules: ["deepep"], options: options)
    let prepared = try PreparedTrace.prepare(source, name: "t")[0]
    var scenario = Scenario(fabric: fabric)
    scenario.lowering.deduplication = domain
    let result = try ScenarioRunner(prepared, scenario).run()
    func mean(_ title: String) -> Double {
      let rows = result.collectives.filter { $0.instance.label == title }
      return rows.reduce(0) { $0 + $1.outcome.transferTime.seconds } / Double(rows.count)
    }
    return (mean("dispatch"), mean("combine"))
  }

  @Test(
    "DeepSeek: an even matrix is balanced routing without deduplication, and a hot rank costs its heat",
    .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
  func skew() throws {
    let balanced = try Self.transfers(nil, on: "hgx-h800-8", .none)
    let even = try Self.transfers(Self.skewed(100), on: "hgx-h800-8", .pod)
    #expect((even.dispatch / balanced.dispatch - 1).magnitude < 1e-6)
    #expect((even.combine / balanced.combine - 1).magnitude < 1e-6)
    // Rank 0's NIC takes in 2.37 times what it took, and in combine gives it back.
    let hot = try Self.transfers(Self.skewed(237), on: "hgx-h800-8", .pod)
    #expect((hot.dispatch / even.dispatch - 2.37).magnitude < 0.01)
    #expect((hot.combine / even.combine - 2.37).magnitude < 0.01)
  }
}
