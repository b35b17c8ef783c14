import Diagnostics
import Quantities
import Trace

/// Numbers as people read them.
enum Wording {
  /// Lines as a terminal is to get them, a line feed at the end of each and no control character else:
  /// they hold names out of traces.
  static func text(_ lines: [String]) -> String {
    lines.map { $0.escapingControls + "\n" }.joined()
  }

  /// `129.012 ms`, `4.13 µs`: three digits after the point, in the unit that suits the size.
  static func time(_ duration: SimDuration) -> String {
    let seconds = duration.seconds
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
    let unit = units.first { seconds.magnitude >= $0.0 } ?? units[units.count - 1]
    return fixedPoint(seconds / unit.0, digits: 3) + " " + unit.1
  }

  /// The unit of a column of times in which `time` reads well.
  static func unit(suiting time: SimDuration) -> TimeUnit {
    let seconds = time.seconds
    return seconds >= 10 ? .seconds : seconds >= 1e-3 ? .milliseconds : .microseconds
  }

  /// A time in a column's unit, which stands in its heading: three digits after the point.
  static func time(_ duration: SimDuration, in unit: TimeUnit) -> String {
    fixedPoint(duration.seconds / unit.seconds, digits: 3)
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `two`, `three`, …, `12`.
  static func number(_ count: Int) -> String {
    let words = [
      "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ]
    return words.indices.contains(count) ? words[count] : String(count)
  }

  /// Milliseconds for columns, with so many digits after the point.
  static func milliseconds(_ duration: SimDuration, digits: Int = 3) -> String {
    fixedPoint(duration.seconds * 1e3, digits: digits)
  }

  /// `+1.23 %`.
  static func signedPercent(_ share: Double, digits: Int = 2) -> String {
    let text = fixedPoint(share * 100, digits: digits)
    return (share >= 0 && !text.hasPrefix("-") ? "+" : "") + text + " %"
  }

  /// `1 group`, `6 groups`.
  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) " + (number == 1 ? noun : plural ?? noun + "s")
  }

  /// `12.3 %`.
  static func percent(_ share: Double, digits: Int = 1) -> String {
    fixedPoint(share * 100, digits: digits) + " %"
  }

  /// `1.23 GB`, in powers of ten.
  static func bytes(_ bytes: Double) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    guard let unit = units.first(where: { bytes >= $0.0 }) else {
      return fixedPoint(bytes, digits: 0) + " B"
    }
    return fixedPoint(bytes / unit.0, digits: 2) + " " + unit.1
  }
}

/// The unit of a column of times.
enum TimeUnit: String {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "µs"

  /// How long it is.
  var seconds: Double {
    switch self {
    case .seconds: 1
    case .milliseconds: 1e-3
    case .microseconds: 1e-6
    }
  }
}

extension Wording {
  /// Lines of at most 100 characters where words allow it, all but the first indented.
  static func folded(_ text: String, indent: String = "  ", width: Int = 100) -> [String] {
    let start = String(text.prefix { $0 == " " })
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = indent + word
      } else {
        line += (line.isEmpty ? start : " ") + word
      }
    }
    return lines + [line]
  }
}
