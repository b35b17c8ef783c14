/// One figure of a scenario or a group, before and after.
public struct FigureChange: Sendable {
  /// Its key in `results.json`, with the unit at its end.
  public let key: String
  /// Before; `nil` where there is none.
  public let before: Double?
  /// After; `nil` where there is none.
  public let after: Double?

  init(_ key: String, _ before: Double?, _ after: Double?) {
    self.key = key
    self.before = before
    self.after = after
  }

  /// After − before, where there are both.
  public var change: Double? {
    guard let before, let after else { return nil }
    return after - before
  }

  /// The change as a share of what was; `nil` where that was nothing and is something now.
  public var relativeChange: Double? {
    guard let before, let change else { return nil }
    return change == 0 ? 0 : before == 0 ? nil : change / before.magnitude
  }

  /// Whether the two differ: whole numbers at all, others by more than 1e-9 of themselves, for sums
  /// of the same bytes and joules in another order differ in their last digits.
  public var isChanged: Bool {
    guard let before, let after, before.rounded() != before || after.rounded() != after else {
      return self.before != self.after
    }
    return (after - before).magnitude > 1e-9 * max(before.magnitude, after.magnitude)
  }

  /// How much it changed, for ordering: what can't be said as a share stands first.
  var magnitude: Double { isChanged ? relativeChange?.magnitude ?? .infinity : 0 }

  /// All figures of a scenario, step time first.
  static func all(
    _ before: ResultsDocument.Scenario, _ after: ResultsDocument.Scenario
  ) -> [FigureChange] {
    func times(_ key: String, _ value: (ResultsDocument.Scenario) -> Int64) -> FigureChange {
      FigureChange(key, Double(value(before)), Double(value(after)))
    }
    let parts = ["compute_ns", "exposed_transfer_ns", "waiting_ns", "lag_ns"]
    return [
      times("step_time_ns", \.stepTime), times("captured_step_time_ns", \.capturedStepTime),
    ] + parts.enumerated().map { index, key in times(key) { $0.parts[index] } } + [
      times("step_time_interval_low_ns") { $0.interval[0] },
      times("step_time_interval_high_ns") { $0.interval[1] },
      FigureChange("self_check_error", before.selfCheckError, after.selfCheckError),
      FigureChange("calibrated_error", before.calibratedError, after.calibratedError),
      FigureChange("bytes", before.bytes, after.bytes),
      FigureChange("energy_j", before.energyJoules, after.energyJoules),
      FigureChange(
        "busiest_link_utilization", before.busiestLinkUtilization, after.busiestLinkUtilization),
    ]
  }
}
