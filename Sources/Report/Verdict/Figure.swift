import JSON
import Quantities

/// A number in a report: how it reads, exactly what it is, and where `results.json` has it.
struct Figure {
  /// For people.
  let text: String
  /// As `results.json` writes it.
  let value: String
  /// A JSON pointer (RFC 6901) into `results.json`.
  let at: String

  /// A time in the unit that suits it.
  static func time(_ duration: SimDuration, at: String) -> Figure {
    Figure(text: Wording.time(duration), value: String(duration.nanosecondsRounded), at: at)
  }

  /// A time in the unit of its section, named, for sentences; in a smaller one where it would be lost.
  static func time(_ duration: SimDuration, told unit: TimeUnit, at: String) -> Figure {
    let isLost = duration != .zero && duration.seconds.magnitude < unit.seconds * 1e-3
    return Figure(
      text: isLost
        ? Wording.time(duration) : Wording.time(duration, in: unit) + " " + unit.rawValue,
      value: String(duration.nanosecondsRounded), at: at)
  }

  /// A time in the unit of its column.
  static func time(_ duration: SimDuration, in unit: TimeUnit, at: String) -> Figure {
    Figure(
      text: Wording.time(duration, in: unit), value: String(duration.nanosecondsRounded), at: at)
  }

  /// A share as a percentage.
  static func percent(_ share: Double, digits: Int = 1, at: String) -> Figure {
    Figure(
      text: fixedPoint(share * 100, digits: digits) + " %", value: JSONWriter.text(share), at: at)
  }

  /// A change as a percentage with its sign.
  static func change(_ share: Double, digits: Int = 1, at: String) -> Figure {
    Figure(
      text: Wording.signedPercent(share, digits: digits).replacing("-", with: "−"),
      value: JSONWriter.text(share), at: at)
  }

  /// A change as a percentage without its sign, for sentences that say which way.
  static func magnitude(_ share: Double, at: String) -> Figure {
    Figure(
      text: Wording.percent(share.magnitude), value: JSONWriter.text(share), at: at)
  }

  /// A number of bytes.
  static func bytes(_ bytes: Double, at: String) -> Figure {
    Figure(text: Wording.bytes(bytes), value: JSONWriter.text(bytes.rounded()), at: at)
  }

  /// Any other number, with so many digits after the point.
  static func decimal(_ value: Double, digits: Int, at: String) -> Figure {
    Figure(text: fixedPoint(value, digits: digits), value: JSONWriter.text(value), at: at)
  }

  /// A count.
  static func count(_ count: Int, at: String) -> Figure {
    Figure(text: String(count), value: String(count), at: at)
  }
}
