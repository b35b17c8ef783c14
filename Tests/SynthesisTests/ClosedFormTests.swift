import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Synthesis

@Suite("Closed form")
struct ClosedFormTests {
  private static let layout = "tp16-pp8-dp256-ep32"

  private static func fabric(_ up: Double, pod: Int) -> TwoTierFabric {
    TwoTierFabric(
      scaleUp: .gigabitsPerSecond(up), scaleOut: .gigabitsPerSecond(1600), gpusPerPod: pod)
  }

  private static let passage = fabric(32_000, pod: 512)
  private static let copper = fabric(14_400, pod: 128)
  private static let photonic = fabric(14_400, pod: 512)

  /// One of two labelled calibrations: what it assumes, and the ratios that it reaches.
  struct Calibration: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var expertsPerGranularity: Int
    var copies: ClosedForm.Copies
    var tiers: ClosedForm.Tiers
    var overlap: SynthesisOptions.Overlap
    /// Steps of the copper pods, and of copper pods as large as Passage's, over Passage's.
    var ratios: [(native: Double, equalRadix: Double)]
  }

  static let calibrations = [
    Calibration(
      testDescription: "R1", expertsPerGranularity: 2, copies: .rank, tiers: .parallel,
      overlap: .none, ratios: [(1.55, 1.34), (1.77, 1.35), (2.14, 1.37), (2.71, 1.41)]),
    Calibration(
      testDescription: "R2", expertsPerGranularity: 1, copies: .pod, tiers: .series,
      overlap: .layer, ratios: [(1.68, 1.41), (1.93, 1.44), (2.27, 1.52), (2.64, 1.65)]),
  ]

  private static func form(_ calibration: Calibration, config: Int) throws -> ClosedForm {
    var model = try ModelPreset.load(nameOrFile: "study-config\(config)")
    try model.send(eachTokenTo: calibration.expertsPerGranularity << (config - 1))
    var options = SynthesisOptions()
    options.overlap = calibration.overlap
    return try ClosedForm(
      model, layout: ParallelLayout(layout), options: options,
      choices: ClosedForm.Choices(copies: calibration.copies, tiers: calibration.tiers))
  }

  @Test("both calibrations come to their ratios", arguments: calibrations)
  func ratios(_ calibration: Calibration) throws {
    for (index, expected) in calibration.ratios.enumerated() {
      let form = try Self.form(calibration, config: index + 1)
      let passage = try form.times(on: Self.passage).step
      let native = try form.times(on: Self.copper).step / passage
      let equalRadix = try form.times(on: Self.photonic).step / passage
      #expect(fixedPoint(native, digits: 2) == fixedPoint(expected.native, digits: 2))
      #expect(fixedPoint(equalRadix, digits: 2) == fixedPoint(expected.equalRadix, digits: 2))
    }
  }

  /// Nine groups of 16 fit a pod of 144, so that 32 never lie evenly: a pod's last one may be alone.
  @Test("144 GPUs a pod cut groups unevenly, and the worst member counts", arguments: calibrations)
  func unevenPods(_ calibration: Calibration) throws {
    let form = try Self.form(calibration, config: 4)
    let uneven = try form.times(on: Self.fabric(14_400, pod: 144))
    let even = try form.times(on: Self.copper)
    #expect(uneven.step > even.step)
    #expect(uneven.exchangeBetween > even.exchangeBetween)
    #expect(uneven.compute == even.compute)
  }

  @Test("how groups lie in pods")
  func fragments() throws {
    let layout = try ParallelLayout("tp16-pp2-dp64-ep32")
    #expect(Fragments.kinds(layout, perPod: 8) == [[8, 8, 8, 8]])
    #expect(Fragments.kinds(layout, perPod: 32) == [[32]])
    #expect(
      Fragments.kinds(layout, perPod: 9)
        == [[9, 9, 9, 5], [4, 9, 9, 9, 1], [8, 9, 9, 6], [3, 9, 9, 9, 2]])
  }

  /// Two layers of d = 8, 4 tokens, TP 2, 4 experts over 2 ranks in 2 pods: every figure by hand.
  @Test("each term is what a hand computes")
  func terms() throws {
    let model = ModelFixture.small
    let options = ModelFixture.options
    let form = try ClosedForm(
      model, layout: ParallelLayout("tp2-pp2-dp4-ep2"), options: options,
      choices: ClosedForm.Choices(copies: .rank, tiers: .series))
    // 1 GB/s within pods of one group of 2, 0.5 GB/s between.
    let times = try form.times(
      on: TwoTierFabric(
        scaleUp: .gigabitsPerSecond(8), scaleOut: .gigabitsPerSecond(4), gpusPerPod: 2))
    // 3·4·(2·(2·1024 + 256) + 2·4·8)/2 FLOP at 10^6 FLOP/s.
    #expect(abs(times.compute - 0.028032) < 1e-12)
    // 4·4·8·2 bytes, half of them, twice over.
    #expect(abs(times.tensorParallel - 256e-9) < 1e-18)
    // c = 2·(1 − 1/4) copies; half of them cross in units of 4·8·2/2 bytes; none stay.
    #expect(times.exchangeWithin == 0)
    let between = 4 * 0.75 * 32 / 0.5e9
    #expect(abs(times.exchangeBetween - between) < 1e-18)
    #expect(abs(times.exposed - (256e-9 + between)) < 1e-18)
    #expect(abs(times.pipeline - 128e-9) < 1e-18)
    // Per stage: 2 experts of 1024 weights in 2 replicas, 256 of attention in 4; halves of 2 bytes.
    let gradients = (2048.0 * 1 + 256 * 1.5) / 0.5e9
    #expect(abs(times.gradients - gradients) < 1e-15)
    let step = 4 * (times.compute + times.exposed + times.pipeline) + gradients
    #expect(abs(times.step - step) < 1e-12)
  }

  /// The step above, with experts drawn from those left, and overlap within each pass.
  @Test("each choice is what a hand computes")
  func choices() throws {
    let fabric = TwoTierFabric(
      scaleUp: .gigabitsPerSecond(8), scaleOut: .gigabitsPerSecond(4), gpusPerPod: 2)
    func times(_ draw: ClosedForm.Draw, _ hiding: ClosedForm.Hiding) throws -> ClosedForm.Times {
      var options = ModelFixture.options
      options.overlap = .layer
      // As much compute as lies between half of the communication and all of it.
      options.flops = 28_032 / 400e-9
      return try ClosedForm(
        ModelFixture.small, layout: ParallelLayout("tp2-pp2-dp4-ep2"), options: options,
        choices: ClosedForm.Choices(copies: .rank, tiers: .series, draw: draw, hiding: hiding)
      ).times(on: fabric)
    }
    // 2 of 4 experts, 2 of them on the other rank: the first is not there, nor the second of 3 left.
    let crossing = 1 - (2.0 / 4) * (1.0 / 3)
    let between = 4 * crossing * 32 / 0.5e9
    let distinct = try times(.distinct, .pass)
    #expect(abs(distinct.exchangeBetween - between) < 1e-18)
    let half = (256e-9 + between) / 2
    let compute = distinct.compute
    #expect(abs(compute - 400e-9) < 1e-15)
    #expect(
      abs(distinct.exposed - (max(0, half - compute / 3) + max(0, half - compute * 2 / 3))) < 1e-18)
    #expect(try times(.distinct, .step).exposed == max(0, 2 * half - compute))
    #expect(try times(.repeated, .step).exchangeBetween < between)
  }

  @Test("what the form doesn't know is refused")
  func refusals() throws {
    let deepSeek = try ModelPreset.load(nameOrFile: "deepseek-v3")
    var uneven = SynthesisOptions()
    uneven.unevenStages = true
    let refusal = thrownDiagnostic {
      try ClosedForm(
        deepSeek, layout: ParallelLayout("dp64-ep64"), options: uneven,
        choices: ClosedForm.Choices(copies: .rank, tiers: .parallel))
    }
    #expect(refusal?.code == .usage)
    let narrow = thrownDiagnostic {
      try Self.form(Self.calibrations[0], config: 1).times(on: Self.fabric(400, pod: 8))
    }
    #expect(narrow?.code == .fabricTooSmall)
  }
}
