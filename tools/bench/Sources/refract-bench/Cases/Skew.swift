import ArgumentParser

/// How the bytes of an all-to-all are spread over its pairs.
enum Skew: String, CaseIterable, ExpressibleByArgument {
  /// All pairs alike: every link stays level with every other.
  case uniform
  /// Each pair ±15 %: levels of all links nearly tie, and most flows change hands all the time.
  case mild
  /// Receivers by Zipf's law with exponent 0.8, each pair ±30 %.
  case zipf

  /// The bytes from each host (row) to each, 0 to itself: 64 MiB a sender in the mean, 1 MiB a pair
  /// where all are alike.
  func bytes(hosts: Int, seed: UInt64) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    let heat = heats(hosts: hosts, &random)
    return (0..<hosts).map { source in
      (0..<hosts).map { target in
        let noise = noise(&random)
        return source == target ? 0 : max(1, (heat[target] * noise).rounded())
      }
    }
  }

  /// Bytes for each receiver before noise.
  private func heats(hosts: Int, _ random: inout SeededGenerator) -> [Double] {
    guard self == .zipf else { return Array(repeating: 1_048_576, count: hosts) }
    let weights = (1...hosts).map { powerLaw($0) }.shuffled(using: &random)
    let sum = weights.reduce(0, +)
    return weights.map { 67_108_864 * $0 / sum }
  }

  private func noise(_ random: inout SeededGenerator) -> Double {
    switch self {
    case .uniform: 1
    case .mild: Double.random(in: 0.85...1.15, using: &random)
    case .zipf: Double.random(in: 0.7...1.3, using: &random)
    }
  }
}
