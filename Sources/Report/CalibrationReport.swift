public import Collectives
import Quantities

/// What `calibrate` prints: each class, what was found and how well it fits.
public enum CalibrationReport {
  /// The text, a line feed at its end.
  public static func text(_ calibration: Calibration) -> String {
    var table = TextTable([
      ("collective", .left), ("algorithm", .left), ("samples", .right), ("a member", .right),
      ("latency µs", .right), ("efficiency", .right), ("bias", .right), ("error", .right),
      ("p95", .right),
      ("held out", .right), ("", .left),
    ])
    for entry in calibration.classes {
      table.add([
        entry.title, entry.algorithm, String(entry.fit.samples), sizes(entry),
        fixedPoint(entry.latency * 1e6, digits: 1), fixedPoint(entry.efficiency, digits: 3),
        Wording.signedPercent(entry.fit.bias, digits: 1), Wording.percent(entry.fit.medianError),
        Wording.percent(entry.fit.tailError),
        entry.fit.heldOutError.map { Wording.percent($0) } ?? "–", entry.fit.doubt ?? "",
      ])
    }
    let lines =
      ["\(calibration.trace) on \(calibration.fabric), \(calibration.classes.count) classes", ""]
      + table.lines()
      + [
        "",
        "the step replayed so against the captured one: "
          + Wording.signedPercent(calibration.stepError)
          + "; uncalibrated: " + Wording.signedPercent(calibration.stepErrorWithout.calibration)
          + "; with communication that takes no time: "
          + Wording.signedPercent(calibration.stepErrorWithout.communication),
        "of single collectives, against captured: median difference (bias), median and 95th percentile "
          + "of its size; held out: the median for every second one, from a fit to the others",
      ]
    return Wording.text(lines)
  }

  private static func sizes(_ entry: Calibration.Class) -> String {
    let (low, high) = (entry.bytesPerMember.lowerBound, entry.bytesPerMember.upperBound)
    return low == high ? Wording.bytes(low) : "\(Wording.bytes(low))–\(Wording.bytes(high))"
  }
}
