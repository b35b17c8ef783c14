import Quantities

/// A horizontal axis of time from zero, in shares of its width.
struct TimeAxis {
  /// A line of the grid.
  struct Tick {
    /// Where it is, in per cent of the width.
    let x: String
    /// Its label.
    let label: String
    /// How the label stands to the line: `start`, `middle` or `end`.
    let anchor: String
  }

  /// What the axis ends at.
  let length: SimDuration
  /// The lines.
  let ticks: [Tick]
  /// The unit of the labels.
  let unit: String

  /// An axis that holds `longest`, with some five lines at round numbers.
  init(longest: SimDuration, unit: TimeUnit) {
    self.unit = unit.rawValue
    let span = max(longest.seconds / unit.seconds, 1e-9)
    let step = Self.roundStep(span / 5)
    // A hair over the longest, so that its end is not the frame's.
    let end = span * 1.02
    length = .rounding(seconds: end * unit.seconds) ?? longest
    let digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3
    ticks = (0...Int(end / step)).map { index in
      let value = Double(index) * step
      let share = value / end
      return Tick(
        x: percent(share), label: fixedPoint(value, digits: digits),
        anchor: index == 0 ? "start" : share > 0.96 ? "end" : "middle")
    }
  }

  /// The next 1, 2 or 5 times a power of ten.
  private static func roundStep(_ raw: Double) -> Double {
    var power = 1e-9
    while power * 10 <= raw { power *= 10 }
    let factor = [1.0, 2, 5, 10].first { $0 * power >= raw * 0.999 } ?? 10
    return factor * power
  }

  /// A time as a share of the axis, in per cent.
  func x(_ time: SimDuration) -> String { percent(share(time)) }

  /// A time as a share of the axis, from 0 to 1.
  func share(_ time: SimDuration) -> Double {
    length > .zero ? min(1, max(0, time.seconds / length.seconds)) : 0
  }
}

/// A share as SVG takes it: `12.34%`.
func percent(_ share: Double) -> String { fixedPoint(share * 100, digits: 2) + "%" }
