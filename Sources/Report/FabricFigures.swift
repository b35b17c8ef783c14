import Fabric
import Quantities

/// Figures of fabrics as people read them.
enum FabricFigures {
  /// `400 Gb/s`, `14.4 Tb/s`, `26.2 Pb/s`: three significant digits at least.
  static func rate(_ bandwidth: Bandwidth) -> String {
    let gigabits = bandwidth.gigabitsPerSecond
    let units = [
      (1e12, "Zb/s"), (1e9, "Eb/s"), (1e6, "Pb/s"), (1e3, "Tb/s"), (1.0, "Gb/s"), (1e-3, "Mb/s"),
    ]
    let unit = units.first { gigabits >= $0.0 } ?? units[units.count - 1]
    return number(gigabits / unit.0) + " " + unit.1
  }

  /// `3.5`, `12`, `0.25`: without zeros at its end, three digits after the point at most.
  static func number(_ value: Double) -> String {
    let digits = value.magnitude >= 100 ? 1 : value.magnitude >= 10 ? 2 : 3
    var text = fixedPoint(value, digits: digits)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// `0.25 µs`.
  static func latency(_ latency: SimDuration) -> String {
    number(latency.seconds * 1e6) + " µs"
  }

  /// `2 µs`, or `2 to 3 µs` where ways differ.
  static func latency(_ latencies: ClosedRange<SimDuration>) -> String {
    latencies.lowerBound == latencies.upperBound
      ? latency(latencies.lowerBound)
      : number(latencies.lowerBound.seconds * 1e6) + " to " + latency(latencies.upperBound)
  }

  /// `4.3 pJ/bit`, `2 to 8 pJ/bit`, or that it is not known.
  static func energy(_ energies: ClosedRange<Double>?) -> String {
    guard let energies else { return "unknown" }
    let most = number(energies.upperBound) + " pJ/bit"
    return energies.lowerBound == energies.upperBound
      ? most : number(energies.lowerBound) + " to " + most
  }

  /// What a GPU has of a network, efficiency applied.
  static func injection(_ network: FabricSpecification.Network) -> Bandwidth {
    Bandwidth(bytesPerSecond: network.bandwidth.bytesPerSecond * network.efficiency)
  }

  /// `64 pods`, `1 pod`.
  static func count(_ count: Int, _ one: String) -> String {
    "\(count) \(one)\(count == 1 ? "" : "s")"
  }
}
