public import Collectives
import Quantities
import Simulation
import Trace
import Workload

/// Fits a calibration: what collectives of a trace took, against what the model says they take on the
/// fabric that they were captured on.
///
/// What a collective took is the shortest captured duration of its traced members: that of the one which
/// came last and waited for no one. With one traced member that can't be told, and the fit says so. It
/// is held against the uncalibrated replay, y = l + a + x / e with l its latency and x the rest: with six
/// calls or more whose x differ by a factor of 4, a ≥ 0 and e by least squares of relative errors; with
/// fewer the median ratio alone, or, where l is most of what the model says, the median of a alone.
public struct Calibrator {
  /// The trace.
  private let trace: PreparedTrace
  /// The fabric that it was captured on, and how to lower.
  private let scenario: Scenario

  /// A calibrator.
  public init(_ trace: PreparedTrace, _ scenario: Scenario) {
    self.trace = trace
    self.scenario = scenario
  }

  /// A call that was measured.
  private struct Sample {
    var row: ScenarioResult.CollectiveRow
    var modelled: Double
    /// The part of it that is latency, and the rest.
    var latency: Double
    var moving: Double { max(0, modelled - latency) }
    var captured: Double
    var bytes: Double
  }

  /// Sizes of one class differ by at most this factor.
  private static let sizeRange = 16.0

  /// The calibration. Replays twice: as modelled, and as calibrated.
  ///
  /// - Throws: a `Diagnostic` where the trace can't be replayed on the fabric.
  public func calibrate() throws -> Calibration {
    var uncalibrated = scenario
    uncalibrated.lowering.calibration = nil
    let before = try ScenarioRunner(trace, uncalibrated).run()
    var classes: [Calibration.Class] = []
    for samples in Self.classes(of: before) {
      classes.append(Self.fit(samples))
    }
    var calibration = Calibration(
      fabric: before.fabric, trace: before.trace, classes: classes)
    var calibrated = scenario
    calibrated.lowering.calibration = calibration
    let after = try ScenarioRunner(trace, calibrated).run()
    Self.measure(after, &calibration)
    calibration.stepError = Self.error(of: after.stepTime, after)
    calibration.stepErrorWithout = Calibration.StepErrors(
      calibration: Self.error(of: before.stepTime, before),
      communication: Self.error(of: before.communicationFree, before))
    return calibration
  }

  /// Calls by title and algorithm, and by size where sizes lie far apart.
  private static func classes(of result: ScenarioResult) -> [[Sample]] {
    var byTitle: [[String]: [Sample]] = [:]
    for row in result.collectives where row.instance.capturedTransfer > .zero {
      guard let lowered = row.outcome.lowered else { continue }
      let size = row.group.ranks.count
      guard size > 1 else { continue }
      byTitle[[row.instance.title, lowered.algorithm], default: []].append(
        Sample(
          row: row, modelled: row.outcome.transferTime.seconds,
          latency: lowered.phases.reduce(0) { $0 + $1.latency.seconds },
          captured: row.instance.capturedTransfer.seconds,
          bytes: row.instance.bytesPerMember(size: size)))
    }
    return byTitle.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { _, samples in
      bySize(samples)
    }
  }

  private static func bySize(_ samples: [Sample]) -> [[Sample]] {
    var classes: [[Sample]] = []
    // By size, but else in the order of the capture.
    let ordered = samples.enumerated().sorted {
      ($0.element.bytes, $0.offset) < ($1.element.bytes, $1.offset)
    }
    for (_, sample) in ordered {
      if let first = classes.last?.first,
        sample.bytes <= max(first.bytes, 1) * sizeRange
      {
        classes[classes.count - 1].append(sample)
      } else {
        classes.append([sample])
      }
    }
    return classes
  }

  private static func fit(_ samples: [Sample]) -> Calibration.Class {
    let (latency, efficiency) = line(samples)
    let sizes = samples.map(\.bytes)
    let members = samples.map(\.row.group.ranks.count)
    let first = samples[0]
    return Calibration.Class(
      title: first.row.instance.title, algorithm: first.row.outcome.lowered?.algorithm ?? "",
      bytesPerMember: (sizes.min() ?? 0)...(sizes.max() ?? 0),
      groupSizes: (members.min() ?? 0)...(members.max() ?? 0),
      crossesPods: samples.contains { $0.row.crossesPods }, latency: latency,
      efficiency: efficiency, lossNanosecondsPerByte: lossNanosecondsPerByte(samples, efficiency),
      fit: Calibration.Fit(
        samples: samples.count, bias: 0, medianError: 0, tailError: 0,
        heldOutError: heldOutError(samples),
        includesWaiting: samples.contains {
          $0.row.instance.tracedMembers < $0.row.group.ranks.count
        }))
  }

  /// The median error of every second call, from a fit to the others; `nil` of a single one. The calls come
  /// by size, then in the order of the capture, so which are held out hangs on nothing else.
  private static func heldOutError(_ samples: [Sample]) -> Double? {
    guard samples.count > 1 else { return nil }
    let half = samples.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let other = samples.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let (latency, efficiency) = line(half)
    return quantile(
      other.map {
        abs($0.latency + latency + $0.moving / efficiency - $0.captured) / $0.captured
      }, 0.5)
  }

  /// The nanoseconds a byte of a member that an efficiency loses: (1/e − 1) of what the bytes take alone, the
  /// median over the samples; 0 from an efficiency of 1 on.
  private static func lossNanosecondsPerByte(_ samples: [Sample], _ efficiency: Double) -> Double {
    guard efficiency < 1 else { return 0 }
    let times = samples.filter { $0.bytes > 0 && $0.moving > 0 }.map { $0.moving / $0.bytes }
    return 1e9 * quantile(times, 0.5) * (1 / efficiency - 1)
  }

  /// The latency and efficiency of y = l + a + x / e, where l is the modelled latency and x the rest.
  private static func line(_ samples: [Sample]) -> (latency: Double, efficiency: Double) {
    let moving = samples.filter { $0.moving > 0 && $0.bytes > 0 }
    let times = moving.map(\.moving)
    if moving.count >= 6, (times.max() ?? 0) >= 4 * (times.min() ?? 0),
      let fitted = leastSquares(moving)
    {
      return fitted
    }
    let ratio = quantile(moving.map { ($0.captured - $0.latency) / $0.moving }, 0.5)
    // Where latency is most of what the model says, it is latency that was measured; and nothing less
    // than the modelled latency is left for the bytes to take.
    guard !moving.isEmpty, ratio > 0,
      quantile(times, 0.5) > quantile(moving.map(\.latency), 0.5)
    else {
      let extra = quantile(samples.map { $0.captured - $0.modelled }, 0.5)
      return (max(extra, -(samples.map(\.latency).min() ?? 0)), 1)
    }
    return (0, 1 / ratio)
  }

  /// Of Σ ((l + a + b x) / y − 1)², where a ≥ 0 and b > 0; `nil` where that has no such solution.
  private static func leastSquares(
    _ samples: [Sample]
  ) -> (latency: Double, efficiency: Double)? {
    var (uu, uv, vv, u, v) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for sample in samples {
      let (p, q) = (1 / sample.captured, sample.moving / sample.captured)
      let rest = 1 - sample.latency / sample.captured
      uu += p * p
      uv += p * q
      vv += q * q
      u += p * rest
      v += q * rest
    }
    let determinant = uu * vv - uv * uv
    guard determinant > 1e-12 * uu * vv else { return nil }
    let (a, b) = ((u * vv - v * uv) / determinant, (v * uu - u * uv) / determinant)
    guard b > 0 else { return nil }
    if a >= 0 { return (a, 1 / b) }
    return v > 0 ? (0, vv / v) : nil
  }

  /// Of a step time, as a share of the captured one; 0 where none was captured.
  private static func error(of step: SimDuration, _ result: ScenarioResult) -> Double {
    let captured = result.capturedStepTime.seconds
    return captured > 0 ? step.seconds / captured - 1 : 0
  }

  /// Errors of a calibrated replay, by class.
  private static func measure(_ result: ScenarioResult, _ calibration: inout Calibration) {
    var errors: [[Double]] = calibration.classes.map { _ in [] }
    for row in result.collectives where row.instance.capturedTransfer > .zero {
      let size = row.group.ranks.count
      guard size > 1, let lowered = row.outcome.lowered,
        let found = calibration.classOf(
          title: row.instance.title, algorithm: lowered.algorithm,
          bytesPerMember: row.instance.bytesPerMember(size: size)),
        let place = calibration.classes.firstIndex(of: found)
      else { continue }
      let time = row.instance.capturedTransfer.seconds
      errors[place].append((row.outcome.transferTime.seconds - time) / time)
    }
    for (place, errors) in errors.enumerated() {
      calibration.classes[place].fit.bias = quantile(errors, 0.5)
      calibration.classes[place].fit.medianError = quantile(errors.map(abs), 0.5)
      calibration.classes[place].fit.tailError = quantile(errors.map(abs), 0.95)
    }
  }
}

/// The value below which a share of the others lie; the mean of the two nearest. 0 of none.
func quantile(_ values: [Double], _ share: Double) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let place = share * Double(sorted.count - 1)
  let (low, high) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
  return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
}
