import Collectives
import Diagnostics
import Fabric
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

@Suite("Calibration")
struct CalibrationTests {
  private static let fabric = "hgx-h800-8"
  private static let sizes: [Int64] = (0..<12).map { 1_000_000 * (1 + $0) }

  /// Four ranks that meet again and again; each call takes `duration` from the last arrival on.
  private static func trace(
    ranks: Int = 4, calls: [Communication], duration: (Int) -> Int64
  ) -> Trace {
    RankFixture.trace(
      (0..<ranks).map { number in
        var rank = RankFixture(number)
        for (index, call) in calls.enumerated() {
          let start = Int64(index) * 20_000
          // Compute that ends at another time on each rank, and a wait for the last.
          rank.add(.kernel, lane: 1, at: start, for: 100 + 10 * Int64(number))
          let arrival = start + 100 + 10 * Int64(number)
          let last = start + 100 + 10 * Int64(ranks - 1)
          rank.add(
            .kernel, lane: 1, at: arrival, for: last - arrival + duration(index), call)
        }
        return rank
      })
  }

  private static func prepared(_ trace: Trace) throws -> PreparedTrace {
    try PreparedTrace(trace, options: WorkloadOptions(), name: "made")
  }

  private static func modelled(_ trace: Trace) throws -> [Double] {
    try ScenarioRunner(prepared(trace), Scenario(fabric: fabric)).run().collectives
      .map(\.outcome.transferTime.seconds)
  }

  @Test("a latency and an efficiency that were put in are found, and the step comes out")
  func found() throws {
    let calls = Self.sizes.map { RankFixture.allReduce($0) }
    let times = try Self.modelled(Self.trace(calls: calls) { _ in 1 })
    // 25 µs, and four fifths of the rate; whole microseconds are what fixtures have.
    let trace = Self.trace(calls: calls) { Int64((25 + times[$0] * 1e6 / 0.8).rounded()) }
    let calibration = try Calibrator(Self.prepared(trace), Scenario(fabric: Self.fabric))
      .calibrate()
    #expect(calibration.classes.count == 1 && calibration.fabric == Self.fabric)
    let found = try #require(calibration.classes.first)
    #expect(found.title == "all_reduce" && found.algorithm == "ring" && found.fit.samples == 12)
    #expect(abs(found.latency - 25e-6) < 2e-6, "\(found.latency)")
    #expect(abs(found.efficiency - 0.8) < 0.02, "\(found.efficiency)")
    #expect(found.fit.tailError < 0.03 && abs(found.fit.bias) < 0.01)
    #expect(try #require(found.fit.heldOutError) < 0.03)
    #expect(abs(calibration.stepError) < 0.001)
    #expect(!found.fit.includesWaiting && found.fit.doubt == nil)
  }

  @Test(
    "with few calls the first half predicts the second; a single one predicts nothing",
    arguments: [([50], nil), ([50, 100], 0.5), ([50, 100, 50], 0.5), ([50, 40, 50, 100], 0.375)])
  func fewCalls(_ microseconds: [Int64], heldOut: Double?) throws {
    // Of one size, so in the order of the capture: every second one is predicted by the others.
    let calls = microseconds.map { _ in RankFixture.allReduce(100) }
    let trace = Self.trace(calls: calls) { microseconds[$0] }
    let found = try #require(
      Calibrator(Self.prepared(trace), Scenario(fabric: Self.fabric)).calibrate().classes.first)
    #expect(found.fit.samples == calls.count)
    guard let heldOut else {
      #expect(found.fit.heldOutError == nil)
      return
    }
    #expect(abs(try #require(found.fit.heldOutError) - heldOut) < 1e-9)
  }

  @Test(
    "DLRM: half of a class predicts the other half as is documented",
    .enabled(if: SharedFiles.arePresent, Comment(rawValue: SharedFiles.reason)))
  func dlrm() throws {
    let source = TraceSource(
      inputs: ["kineto", "pytorch_et"].map {
        SharedFiles.path("captures/dlrm8/dlrm_\($0).tar.gz")
      })
    let calibration = try Calibrator(
      PreparedTrace.prepare(source, name: "DLRM")[0], Scenario(fabric: "dgx-v100-8")
    ).calibrate()
    #expect(calibration.classes.map(\.fit.samples) == [1, 2, 2, 3])
    let documented: [Double?] = [nil, 0.317, 0.145, 0.169]
    for (entry, expected) in zip(calibration.classes, documented) {
      #expect((entry.fit.heldOutError == nil) == (expected == nil))
      #expect(abs((entry.fit.heldOutError ?? 0) - (expected ?? 0)) < 0.002, "\(entry.title)")
      #expect(entry.fit.doubt == "few samples")
    }
    #expect(!calibration.isTestedByStep)
  }

  @Test("calls of two titles, and of sizes far apart, are classes of their own")
  func classes() throws {
    let small = (0..<4).map { _ in RankFixture.allReduce(1000) }
    let large = (0..<4).map { _ in RankFixture.allReduce(50_000_000) }
    let trace = Self.trace(calls: small + large) { $0 < 4 ? 40 : 400 }
    let calibration = try Calibrator(Self.prepared(trace), Scenario(fabric: Self.fabric))
      .calibrate()
    #expect(calibration.classes.map(\.fit.samples) == [4, 4])
    #expect(calibration.classes[0].bytesPerMember.upperBound < 1e4)
    let middle = calibration.classOf(title: "all_reduce", algorithm: "ring", bytesPerMember: 1e7)
    #expect(middle == calibration.classes[1])
    #expect(calibration.classOf(title: "broadcast", algorithm: "chain", bytesPerMember: 1) == nil)
    #expect(calibration.classes[0].isBeyond(bytesPerMember: 1e6))
    #expect(!calibration.classes[0].isBeyond(bytesPerMember: 1000))
    #expect(calibration.classes[0].isBeyond(groupSize: 64))
    #expect(!calibration.classes[0].isBeyond(groupSize: 4))
  }

  @Test("an efficiency holds in both tiers, below 1 and above", arguments: [0.5, 1.25])
  func tiers(efficiency: Double) throws {
    let calls = (0..<4).map { _ in
      var call = Communication(kind: .allToAll, group: 0)
      call.sendBytes = ByteCount(40_000_000)
      call.receiveBytes = ByteCount(40_000_000)
      return call
    }
    let plain = try Self.modelled(Self.trace(calls: calls) { _ in 1 })
    let trace = Self.trace(calls: calls) { Int64((plain[$0] * 1e6 / efficiency).rounded()) }
    let prepared = try Self.prepared(trace)
    var scenario = Scenario(fabric: Self.fabric)
    scenario.lowering.calibration = try Calibrator(prepared, scenario).calibrate()
    for tier in TransferTier.allCases {
      scenario.tier = tier
      let result = try ScenarioRunner(prepared, scenario).run()
      for (row, time) in zip(result.collectives, plain) {
        let ratio = row.outcome.transferTime.seconds / (time / efficiency)
        #expect(abs(ratio - 1) < 0.01, "\(tier): \(ratio)")
      }
      let use = try #require(result.calibration)
      #expect(use.measured == 4 && use.collectives == 4 && use.extrapolated == 0)
      #expect(result.assumptions.contains { $0.code == "calibrated" })
    }
  }

  @Test("a file holds all of it, and is read strictly")
  func file() throws {
    let calls = Self.sizes.map { RankFixture.allReduce($0) }
    let trace = Self.trace(calls: calls) { 100 + 30 * Int64($0) }
    let calibration = try Calibrator(Self.prepared(trace), Scenario(fabric: Self.fabric))
      .calibrate()
    let directory = try TemporaryDirectory()
    try CalibrationFile.write(calibration, to: directory.file("c.json"))
    let read = try CalibrationFile.read(directory.file("c.json"))
    #expect(read.classes.map(\.title) == calibration.classes.map(\.title))
    #expect(CalibrationFile.document(read) == CalibrationFile.document(calibration))
    let text = String(decoding: CalibrationFile.document(calibration), as: UTF8.self)
    for (wrong, path) in [
      ("\"efficiency\": ", "classes[0].efficiency"), ("\"samples\": ", "classes[0].samples"),

    ] {
      try directory.write("w.json", text.replacing(wrong, with: wrong + "-9", maxReplacements: 1))
      let diagnostic = thrownDiagnostic { try CalibrationFile.read(directory.file("w.json")) }
      #expect(diagnostic?.location?.keyPath == path)
    }
    try directory.write("w.json", text.replacing("calibration/1", with: "calibration/2"))
    #expect(
      thrownDiagnostic { try CalibrationFile.read(directory.file("w.json")) }?.code
        == .unknownFormat)
  }

  @Test(
    "DeepSeek on what it ran on: kernels that move bytes within 10 % held out, the step within 3 %",
    .enabled(if: SharedFiles.arePresent, Comment(rawValue: SharedFiles.reason)))
  func deepSeek() throws {
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    let source = TraceSource(
      inputs: [SharedFiles.deepSeek], rules: ["deepep"], options: options)
    let calibration = try Calibrator(
      PreparedTrace.prepare(source, name: "DeepSeek")[0], Scenario(fabric: "hgx-h800-8")
    ).calibrate()
    #expect(abs(calibration.stepError) < 0.03)
    // It hides its communication: its time is no evidence for the calibration.
    #expect(!calibration.isTestedByStep)
    #expect(abs(calibration.stepError - calibration.stepErrorWithout.communication) < 1e-4)
    #expect(abs(calibration.stepError - calibration.stepErrorWithout.calibration) < 1e-4)
    #expect(calibration.classes.count == 6)
    #expect(calibration.classes.allSatisfy { $0.fit.includesWaiting })
    // Those that only wait for peers do not fit one by one, and the table says so.
    for entry in calibration.classes {
      let heldOut = try #require(entry.fit.heldOutError)
      if entry.bytesPerMember.upperBound > 0 {
        #expect(heldOut <= 0.1, "\(entry.title): \(heldOut)")
      } else {
        #expect(heldOut > 0.25 && entry.fit.doubt == "poor fit")
      }
    }
  }
}
