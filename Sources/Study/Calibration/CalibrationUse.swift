public import Collectives
import Simulation
import Trace

/// How far a calibration covers what a scenario did.
public struct CalibrationUse: Sendable {
  /// The calibration.
  public var calibration: Calibration
  /// Collectives that move between ranks.
  public var collectives = 0
  /// Of these, how many are of a class that was measured.
  public var measured = 0
  /// Of those, how many lie beyond the sizes or group sizes measured, or cross pods where none that
  /// was measured did.
  public var extrapolated = 0
  /// Of those measured, how many are of a class with few samples or a poor fit.
  public var doubtful = 0
  /// Of those measured, how many are of a class whose times hold waiting for peers without a trace.
  public var waiting = 0

  init(_ calibration: Calibration, rows: [ScenarioResult.CollectiveRow]) {
    self.calibration = calibration
    for row in rows {
      let size = row.group.ranks.count
      guard size > 1, let lowered = row.outcome.lowered else { continue }
      collectives += 1
      let bytes = row.instance.bytesPerMember(size: size)
      guard
        let found = calibration.classOf(
          title: row.instance.title, algorithm: lowered.algorithm, bytesPerMember: bytes)
      else { continue }
      measured += 1
      if found.extrapolates(bytesPerMember: bytes, groupSize: size)
        || (row.crossesPods && !found.crossesPods)
      {
        extrapolated += 1
      }
      if found.fit.includesWaiting { waiting += 1 }
      if found.fit.samples < 4 || found.fit.tailError > 0.25 { doubtful += 1 }
    }
  }

  /// What a result leans on because of it.
  public var text: String {
    var parts = [
      "\(measured) of \(collectives) collectives are of classes measured there"
    ]
    if extrapolated > 0 {
      parts.append("\(extrapolated) lie beyond the sizes, group sizes or tiers measured")
    }
    if doubtful > 0 { parts.append("\(doubtful) rest on few samples or a poor fit") }
    if waiting > 0 {
      parts.append("captured times of \(waiting) hold waiting for peers without a trace")
    }
    return "collectives are calibrated on \(calibration.fabric) with \(calibration.trace): "
      + parts.joined(separator: "; ")
  }
}
