import Collectives
import Fabric
import Placement
import Quantities
import TestSupport
import Testing
import Trace
import Workload

@testable import Study
@testable import Synthesis

/// Made-up steps replayed, against hand computations.
@Suite("Made-up steps, replayed")
struct SynthesisReplayTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Two layers of width 8, sequences of 4 tokens, 4 experts of 2 · 8 · 64 weights, 2 a token.
  private static let model = MoEModel(
    name: "small", source: "made up", layers: 2, denseLayers: 0, denseWidth: 0, hidden: 8,
    sequence: 4, attention: MoEModel.Attention(parameters: 256, scoreWidth: 8),
    experts: MoEModel.Experts(
      count: 4, perToken: 2, width: 64, matrices: 2, shared: 0, groups: 1, groupsPerToken: 1),
    elementBytes: MoEModel.ElementBytes(activation: 2, dispatch: 2, combine: 2, gradient: 2))

  private static func trace(
    _ layout: String, _ change: (inout SynthesisOptions) -> Void = { _ in }
  ) throws -> Trace {
    var options = SynthesisOptions()
    options.microbatches = 3
    options.flops = 1e6
    change(&options)
    return try Synthesizer(model, layout: ParallelLayout(layout), options: options).trace()
  }

  /// One pod of `gpus` on an ideal switch: a kB/s a port, so that a byte takes a millisecond, and a
  /// second a hop.
  private func fabric(gpus: Int) throws -> String {
    try directory.write(
      "fabric.json",
      """
      {"schema": "refract.fabric/1", "name": "ideal", "pods": 1, "pod": {"gpus": \(gpus),
       "scale_up": {"bandwidth_gbps": 0.000008, "planes": 1, "hop_latency_ns": 500000000,
                    "efficiency": 1.0, "technology": "electrical"}}}
      """)
  }

  private func replay(_ trace: Trace) throws -> ScenarioResult {
    let prepared = try PreparedTrace(trace, options: WorkloadOptions(), name: "step")
    return try ScenarioRunner(
      prepared, Scenario(fabric: try fabric(gpus: trace.worldSize))
    ).run()
  }

  /// Milliseconds of compute of a layer on each of two tensor-parallel ranks, forward.
  private static let compute = 1.152 + 8.192

  /// Milliseconds of a layer's communication in one direction: with 64 bytes of activations, two
  /// all-gathers and two reduce-scatters of 32 bytes and a hop of a second to and from the switch; of 2
  /// tokens of 16 bytes, 5/6 have one of their 2 of 4 experts on the other of two ranks, there and back.
  private static let communication: Double = {
    let gathers: Double = 4 * 1032
    let tokens: Double = 32 * 5 / 6
    return gathers + 2 * (tokens + 1000)
  }()

  private static func milliseconds(_ time: SimDuration) -> Double { time.seconds * 1000 }

  @Test("without stages: layers follow one another, then gradients")
  func oneStage() throws {
    let result = try replay(Self.trace("tp2-dp4-ep2"))
    let layer: Double = 3 * Self.compute + 2 * Self.communication
    // Rings of experts' 2 · 2048 bytes over 2 ranks, and of 2 · 256 bytes over 4.
    let experts: Double = 4096 + 2 * 1000
    let others: Double = 512 * 1.5 + 6 * 1000
    let gradients = experts + others
    let expected: Double = 6 * layer + gradients
    #expect(abs(Self.milliseconds(result.stepTime) - expected) < 1e-3)
    #expect(abs(Self.milliseconds(result.communicationFree) - 18 * Self.compute) < 1e-3)
    let parts = result.meanParts
    #expect(parts.nanoseconds.reduce(0, +) == result.stepTime.nanosecondsRounded)
  }

  @Test("with two stages a micro-batch goes down and comes back")
  func twoStages() throws {
    let trace = try Self.trace("tp2-pp2-dp4-ep2") { options in
      options.microbatches = 1
      options.gradients = .none
    }
    let result = try replay(trace)
    let layer: Double = 3 * Self.compute + 2 * Self.communication
    // Half of the activations, there and back.
    let expected: Double = 2 * layer + 2 * 1032
    #expect(abs(Self.milliseconds(result.stepTime) - expected) < 1e-3)
  }

  @Test("a layer that overlaps ends when both its chains have")
  func overlap() throws {
    let slow = try replay(
      Self.trace("tp2-dp2-ep2") { options in
        options.overlap = .layer
        options.gradients = .none
      })
    let communication = 3 * 2 * 2 * Self.communication
    #expect(abs(Self.milliseconds(slow.stepTime) - communication) < 1e-3)
    let fast = try replay(
      Self.trace("tp2-dp2-ep2") { options in
        options.overlap = .layer
        options.gradients = .none
        options.flops = 1e2
      })
    // Ten thousand times the compute hides all but nothing of it: 18 passes' worth.
    #expect(abs(Self.milliseconds(fast.stepTime) - 18 * 1e4 * Self.compute) < 1e-3)
  }

  @Test(
    "one forward, one backward fills and drains the stages",
    arguments: [(1, 1), (2, 1), (2, 2), (2, 5)])
  func bubbles(_ stages: Int, _ microbatches: Int) throws {
    for schedule in SynthesisOptions.Schedule.allCases {
      let trace = try Self.trace("tp2-pp\(stages)-dp2-ep2") { options in
        options.microbatches = microbatches
        options.schedule = schedule
      }
      let free = try replay(trace).communicationFree
      let perStage = Double(2 / stages) * 3 * Self.compute
      let expected = Double(microbatches + stages - 1) * perStage
      #expect(abs(Self.milliseconds(free) - expected) < 1e-3)
    }
  }

  @Test("ranks that only repeat others take the same time as if each were written")
  func repeats() throws {
    let trace = try Self.trace("tp2-pp2-dp4-ep2")
    let shared = try replay(trace)
    let written = try replay(trace.writingRepeats())
    #expect(shared.stepTime == written.stepTime)
    #expect(shared.parts == written.parts)
    #expect(shared.collectives.count == written.collectives.count)
    #expect(shared.traffic == written.traffic)
    #expect(shared.evidence.ranks == (16, 16))
  }

  /// Where a token has one expert, drawing with or without repetition is the same; where each pod has one
  /// rank of a ring, all of it crosses; without latency nothing else is left that the two differ in.
  @Test("the closed form and a replay agree where they mean the same")
  func closedForm() throws {
    var model = Self.model
    try model.send(eachTokenTo: 1)
    var options = SynthesisOptions()
    options.microbatches = 3
    options.flops = 1e6
    let layout = try ParallelLayout("tp2-dp4-ep2")
    let path = try directory.write(
      "pods.json",
      """
      {"schema": "refract.fabric/1", "name": "pods", "pods": 4, "pod": {"gpus": 2,
       "scale_up": {"bandwidth_gbps": 0.00008, "planes": 1, "hop_latency_ns": 0,
                    "efficiency": 1.0, "technology": "electrical"}},
       "scale_out": {"bandwidth_gbps": 0.000008, "hop_latency_ns": 0, "efficiency": 1.0,
                     "oversubscription": 1.0, "technology": "optical"}}
      """)
    let trace = try Synthesizer(model, layout: layout, options: options).trace()
    let prepared = try PreparedTrace(trace, options: WorkloadOptions(), name: "step")
    var lowering = LoweringOptions()
    lowering.deduplication = .rank
    let replayed = try ScenarioRunner(prepared, Scenario(fabric: path, lowering: lowering)).run()
    let form = try ClosedForm(
      model, layout: layout, options: options,
      choices: ClosedForm.Choices(copies: .rank, tiers: .parallel))
    let times = try form.times(on: TwoTierFabric(FabricPreset.load(nameOrFile: path)))
    // 4 · 2 times half of 64 bytes at 10 B/ms; 4 times 16 bytes that cross, at 1 B/ms.
    #expect(abs(times.tensorParallel - 0.0256) < 1e-9)
    #expect(abs(times.exchangeBetween - 0.064) < 1e-9)
    #expect(abs(replayed.stepTime.seconds - times.step) < 1e-6 * times.step)
  }

  /// What a closed form leaves to a replay: draws, overlap and copies as a replay has them, nothing across
  /// stages and replicas.
  struct Likeness: CustomTestStringConvertible, Sendable {
    var copies: ClosedForm.Copies
    var tiers: ClosedForm.Tiers
    var overlap: SynthesisOptions.Overlap
    var flops: Double
    var testDescription: String { "\(copies) \(tiers) \(overlap) at \(flops) FLOP/s" }
  }

  static let likenesses = [1e4, 1e5, 1e6].flatMap { flops in
    [
      Likeness(copies: .rank, tiers: .parallel, overlap: .none, flops: flops),
      Likeness(copies: .rank, tiers: .parallel, overlap: .layer, flops: flops),
      Likeness(copies: .pod, tiers: .series, overlap: .none, flops: flops),
      Likeness(copies: .pod, tiers: .series, overlap: .layer, flops: flops),
    ]
  }

  /// Two pods of two groups each: experts drawn from those left, overlap pass by pass.
  @Test("with its differences taken away the closed form is the replay", arguments: likenesses)
  func withoutDifferences(_ like: Likeness) throws {
    var model = Self.model
    try model.send(eachTokenTo: 2)
    var options = SynthesisOptions()
    options.microbatches = 2
    options.flops = like.flops
    options.overlap = like.overlap
    options.gradients = .none
    let layout = try ParallelLayout("tp2-dp4-ep4")
    let path = try directory.write(
      "pods.json",
      """
      {"schema": "refract.fabric/1", "name": "pods", "pods": 2, "pod": {"gpus": 4,
       "scale_up": {"bandwidth_gbps": 0.00008, "planes": 1, "hop_latency_ns": 0,
                    "efficiency": 1.0, "technology": "electrical"}},
       "scale_out": {"bandwidth_gbps": 0.000008, "hop_latency_ns": 0, "efficiency": 1.0,
                     "oversubscription": 1.0, "technology": "optical"}}
      """)
    let trace = try Synthesizer(model, layout: layout, options: options).trace()
    let prepared = try PreparedTrace(trace, options: WorkloadOptions(), name: "step")
    var lowering = LoweringOptions()
    lowering.deduplication = like.copies == .rank ? .rank : .pod
    lowering.stages = like.tiers == .series ? .serial : .pipelined
    let replayed = try ScenarioRunner(prepared, Scenario(fabric: path, lowering: lowering)).run()
    func step(_ draw: ClosedForm.Draw, _ hiding: ClosedForm.Hiding) throws -> Double {
      try ClosedForm(
        model, layout: layout, options: options,
        choices: ClosedForm.Choices(
          copies: like.copies, tiers: like.tiers, draw: draw, hiding: hiding, relays: .turns)
      ).times(on: TwoTierFabric(FabricPreset.load(nameOrFile: path))).step
    }
    let alike = try step(.distinct, .pass)
    #expect(abs(replayed.stepTime.seconds - alike) < 1e-6 * alike)
    #expect(try step(.repeated, .pass) <= alike)
    #expect(try step(.distinct, .step) <= alike)
  }
}
