import Diagnostics
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

@Suite("What-ifs on compute, and the critical path taken apart")
struct ComputeScalingTests {
  /// Two ranks: a product of matrices, an all-reduce beside an attention kernel, a copy.
  private static func trace() -> Trace {
    RankFixture.trace(
      (0..<2).map { number in
        var rank = RankFixture(number, streams: 2)
        rank.add(.kernel, lane: 1, at: 0, for: 100, name: "sm90_xmma_gemm_bf16")
        rank.add(.kernel, lane: 2, at: 100, for: 40, RankFixture.allReduce(0))
        rank.add(.kernel, lane: 1, at: 100, for: 80, name: "flash_fwd_kernel")
        rank.add(.memcpy, lane: 1, at: 180, for: 20, name: "Memcpy DtoD")
        return rank
      })
  }

  private static func result(_ change: (inout ComputeScaling) -> Void) throws -> ScenarioResult {
    var scaling = ComputeScaling(rules: try .standard())
    change(&scaling)
    let prepared = try PreparedTrace(trace(), options: WorkloadOptions(), name: "made")
    return try ScenarioRunner(prepared, Scenario(fabric: "reference-switch", compute: scaling))
      .run()
  }

  private static func milli(_ result: ScenarioResult) -> Int64 {
    result.stepTime.picoseconds / 1_000_000
  }

  @Test("each class by its factor, the rest as captured; what was captured stays")
  func factors() throws {
    #expect(try Self.milli(Self.result { _ in }) == 200)
    let gemm = try Self.result { $0.scale(.gemm, by: 0.5) }
    #expect(Self.milli(gemm) == 150)
    #expect(gemm.capturedStepTime == .nanoseconds(200_000) && gemm.selfCheckError == 0)
    #expect(gemm.communicationFree == gemm.stepTime)
    #expect(gemm.assumptions.contains { $0.code == "compute-supposed" })
    #expect(try Self.milli(Self.result { $0.scale(.memoryBound, by: 2) }) == 220)
    #expect(try Self.milli(Self.result { $0.scale(nil, by: 0.1) }) == 20)
    let twice = try Self.result {
      $0.scale(nil, by: 0.5)
      $0.scale(.gemm, by: 2)
    }
    #expect(Self.milli(twice) == 150)
  }

  @Test("a roofline moves arithmetic by its peak and memory by its bandwidth")
  func roofline() throws {
    let (from, to) = (try Device(nameOrFile: "h800"), try Device(nameOrFile: "b200"))
    let result = try Self.result { $0.move(from: from, to: to) }
    let expected = 180 * 989.4 / 2250 + 20 * 3350 / 8000
    #expect(abs(result.stepTime.seconds * 1e6 - expected) < 0.001)
    #expect(try Self.milli(Self.result { $0.move(from: from, to: from) }) == 200)
    #expect(thrownDiagnostic { try Device(nameOrFile: "abacus") }?.code == .noSuchFile)
  }

  @Test("freed SMs go to compute that ran beside communication, for the time it did")
  func freedSMs() throws {
    let sms = try #require(ComputeScaling.HeldSMs(held: 20, all: 100))
    // 40 of the 80 µs of attention ran beside the all-reduce.
    #expect(try Self.milli(Self.result { $0.free(sms) }) == 192)
    for (held, all) in [(0, 132), (132, 132), (-1, 132), (5, 0)] {
      #expect(ComputeScaling.HeldSMs(held: held, all: all) == nil)
    }
  }

  @Test("names tell classes, first rules first")
  func classes() throws {
    let rules = try KernelClassRules.standard()
    let known: [(String, KernelClass)] = [
      ("void cutlass::device_kernel<dpsk::grouped_gemm::cuda::fp8_ptp128c::GemmKernel>", .gemm),
      ("void dpsk::grouped_gemm::cuda::utils::transpose<512, 128, 4, 4>", .memoryBound),
      ("void cutlass::device_kernel<flash::FlashAttnBwd<flash::Mainloop>>", .attention),
      ("void cuda::per_token_cast_to_fp8_with_channels<__nv_bfloat16>", .memoryBound),
      ("nvjet_tst_64x64_64x16_2x1_2cta_v_bz_bias_TNT", .gemm),
      ("fmhaSm100aKernel_QkvE4m3OBfloat16H64", .attention),
      ("bmm_MxE4m3_MxE2m1MxE4m3_Fp32_swiGlu_dynBatch", .gemm),
      ("Memcpy DtoD (Device -> Device)", .memoryBound), ("aten::addmm", .gemm),
      ("void moe::dev::routing::kernel", .other),
    ]
    for (name, expected) in known {
      #expect(rules.kernelClass(of: name) == expected, "\(name)")
    }
    let directory = try TemporaryDirectory()
    for (text, path) in [
      (#"{"schema": "refract.kernel_classes/2", "rules": []}"#, "schema"),
      (
        #"{"schema": "refract.kernel_classes/1", "rules": [{"class": "x", "names": []}]}"#,
        "rules[0].class"
      ),
      (#"{"schema": "refract.kernel_classes/1", "rules": [{"class": "gemm"}]}"#, "rules[0].names"),
    ] {
      try directory.write("r.json", text)
      let diagnostic = thrownDiagnostic {
        try KernelClassRules(contentsOfFile: directory.file("r.json"))
      }
      #expect(diagnostic?.location?.keyPath == path)
    }
  }

  @Test("the shares of a critical path add up to the step, captured and replayed")
  func shares() throws {
    let result = try Self.result { _ in }
    let gemm = CriticalShare.Cause.compute(.gemm)
    #expect(result.criticalShares.captured.time(gemm) == .nanoseconds(100_000))
    #expect(result.criticalShares.replayed.time(.compute(.attention)) == .nanoseconds(80_000))
    for input in ["captured-moe-ep4", "sample-moe-ep8"] {
      let prepared = try PreparedTrace.prepare(
        TraceSource(inputs: [ProjectFiles.path("traces/" + input)]), name: input)[0]
      let result = try ScenarioRunner(prepared, Scenario(fabric: "copper-144")).run()
      for (shares, step) in [
        (result.criticalShares.captured, result.capturedStepTime),
        (result.criticalShares.replayed, result.stepTime),
      ] {
        let sum = shares.shares.reduce(SimDuration.zero) { $0 + $1.time }
        #expect(sum == step, "\(input)")
        #expect(!shares.shares.contains { $0.time < .zero })
        #expect(zip(shares.shares, shares.shares.dropFirst()).allSatisfy { $0.time >= $1.time })
      }
    }
  }

  @Test(
    "DeepSeek: nine tenths of its compute have a class",
    .enabled(if: SharedFiles.arePresent, Comment(rawValue: SharedFiles.reason)))
  func deepSeek() throws {
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    let prepared = try PreparedTrace.prepare(
      TraceSource(inputs: [SharedFiles.deepSeek], rules: ["deepep"], options: options),
      name: "DeepSeek")[0]
    let rules = try KernelClassRules.standard()
    var times: [KernelClass: Double] = [:]
    let program = prepared.workload.programs[0]
    for operation in program.operations where operation.kind == .compute {
      times[rules.kernelClass(of: program.names[operation.name]), default: 0] +=
        operation.duration.seconds
    }
    let all = times.values.reduce(0, +)
    #expect((times[.other] ?? 0) < 0.1 * all)
    #expect((0.5..<0.8).contains((times[.gemm] ?? 0) / all), "\(times)")

    // With compute as on a B200 the GPU still decides: threads that rest wait for it, or for others.
    var scaling = ComputeScaling(rules: rules)
    scaling.move(from: try Device(nameOrFile: "h800"), to: try Device(nameOrFile: "b200"))
    let result = try ScenarioRunner(
      prepared, Scenario(fabric: "passage-512", compute: scaling)
    ).run()
    #expect(result.stepTime.seconds < 65e-3)
    #expect(result.criticalPath.host.seconds < 0.1 * result.stepTime.seconds)
  }
}
