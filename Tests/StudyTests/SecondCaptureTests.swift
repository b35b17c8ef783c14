import Collectives
import Fabric
import Quantities
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// One job was captured on three networks. What is calibrated on one predicts the others, which the fit
/// has not seen.
@Suite("Predicting a second capture from the first")
struct SecondCaptureTests {
  private static let rates = ["0.25", "1", "4"]

  private static func prepared(_ rate: String) throws -> PreparedTrace {
    var options = WorkloadOptions()
    options.step = .number(5)
    return try PreparedTrace.prepare(
      TraceSource(
        inputs: [ProjectFiles.path("traces/captured-ports/\(rate)gbps")], options: options),
      name: rate)[0]
  }

  private static func scenario(_ rate: String) throws -> Scenario {
    Scenario(
      fabric: ProjectFiles.path("traces/captured-ports/fabric.json"),
      overlays: [try FabricOverlay("pod.scale_up.bandwidth_gbps=\(rate)")])
  }

  /// Errors of the step and of exposed transfer, predicted from one rate to another.
  private static func errors(
    from: String, to: String, _ loss: Calibration.Loss
  ) throws -> (step: Double, transfer: Double) {
    let trace = try prepared(from)
    var calibration = try Calibrator(trace, scenario(from)).calibrate()
    calibration.loss = loss
    var target = try scenario(to)
    target.lowering.calibration = calibration
    let predicted = try ScenarioRunner(trace, target).run()
    let captured = try prepared(to).workload.captured
    let ranks = Double(captured.parts.count)
    let transfer = captured.parts.reduce(0) { $0 + $1.exposedTransfer.seconds } / ranks
    let replayed = predicted.parts.reduce(0) { $0 + $1.exposedTransfer.seconds } / ranks
    return (
      predicted.stepTime.seconds / captured.stepTime.seconds - 1, replayed / transfer - 1
    )
  }

  private static let pairs = rates.flatMap { from in
    rates.filter { $0 != from }.map { (from: from, to: $0) }
  }

  @Test("the step within a tenth, exposed transfer within a factor of two", arguments: pairs)
  func predicted(_ pair: (from: String, to: String)) throws {
    let (step, transfer) = try Self.errors(from: pair.from, to: pair.to, .ends)
    #expect(abs(step) < 0.1, "\(step)")
    #expect((-0.5..<1.0).contains(transfer), "\(transfer)")
  }

  @Test(
    "laid to the links, what was lost makes every prediction of the step worse", arguments: pairs)
  func links(_ pair: (from: String, to: String)) throws {
    let ends = try Self.errors(from: pair.from, to: pair.to, .ends)
    let links = try Self.errors(from: pair.from, to: pair.to, .links)
    #expect(abs(links.step) > abs(ends.step), "\(links.step) \(ends.step)")
  }

  @Test("on its own network each calibrated step is within 4 %", arguments: rates)
  func own(_ rate: String) throws {
    let calibration = try Calibrator(Self.prepared(rate), Self.scenario(rate)).calibrate()
    #expect(abs(calibration.stepError) < 0.04, "\(calibration.stepError)")
    #expect(abs(calibration.stepErrorWithout.calibration) > 0.1)
  }
}
