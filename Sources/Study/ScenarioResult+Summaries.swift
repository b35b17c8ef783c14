import Collectives
public import Quantities
import Simulation
import Trace
import Workload

/// Calls of one title, algorithm and purpose of group in a scenario, summed up.
public struct CollectiveSummary: Sendable {
  /// What they are called: the label, or the kind.
  public var title: String
  /// What they were lowered to.
  public var algorithm: String
  /// The purpose of their groups, or the groups' name.
  public var purpose: String
  /// How many groups of that purpose.
  public var groups: Int
  /// How many calls.
  public var count: Int
  /// Sum of captured durations, the longest member's, waiting included.
  public var captured: SimDuration
  /// Sum of transfer times.
  public var transfer: SimDuration
  /// Mean bus bandwidth in bytes/s, over those that move bytes.
  public var busBandwidth: Double?
  /// The most that any took against its time alone.
  public var contention: Double?
  /// The link that holds the first of them back alone; "injection cap" or empty where none does.
  public var bottleneck: String
}

/// Exposed transfer of the groups of one purpose: mean over all ranks of the job.
public struct PurposeShare: Sendable {
  /// The purpose, or the group's name.
  public var purpose: String
  /// How many groups of that purpose.
  public var groups: Int
  /// Exposed transfer while one of their collectives was the first in flight.
  public var exposed: SimDuration
}

extension ScenarioResult {
  /// The collectives summed up, the longest transfer first.
  public var collectiveSummaries: [CollectiveSummary] { collectives.summaries }

  /// Exposed transfer by purpose of group, the longest first.
  public var exposedByPurpose: [PurposeShare] {
    var shares: [PurposeShare] = []
    var places: [String: Int] = [:]
    for row in groups {
      let purpose = row.group.family
      if let place = places[purpose] {
        shares[place].groups += 1
        shares[place].exposed += row.exposed
      } else {
        places[purpose] = shares.count
        shares.append(PurposeShare(purpose: purpose, groups: 1, exposed: row.exposed))
      }
    }
    return shares.enumerated().sorted {
      ($1.element.exposed, $0.offset) < ($0.element.exposed, $1.offset)
    }.map(\.element)
  }

  /// Links by mean utilization, the highest first; in the fabric's order where alike.
  public func hottestLinks(_ count: Int) -> [LinkRow] {
    // Equal loads differ by rounding.
    let ranked = links.enumerated().map { (load: Self.rounded($1.meanUtilization), offset: $0) }
    return ranked.sorted { ($1.load, $0.offset) < ($0.load, $1.offset) }.prefix(count)
      .map { links[$0.offset] }
  }

  /// To nine significant digits.
  private static func rounded(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    let scale = Double(sign: .plus, exponent: 30 - value.exponent, significand: 1)
    return (value * scale).rounded() / scale
  }

  /// (replayed − captured) / captured; `nil` where nothing was captured.
  public var changeFromCaptured: Double? {
    capturedStepTime > .zero
      ? (stepTime - capturedStepTime).seconds / capturedStepTime.seconds : nil
  }

  /// The ranks of the job.
  public var rankCount: Int { parts.count }

  /// Collectives whose kind and sizes rules supplied.
  public var assumedCollectives: Int { collectives.assumedCount }
}

extension CollectiveSummary {
  /// The collectives summed up, the longest transfer first.
  ///
  /// All sums are of whole numbers, so that they hang on no order, and what is alike is added up once.
  static func all(_ collectives: CollectiveTable) -> [CollectiveSummary] {
    struct Key: Hashable {
      var title: String
      var algorithm: String
      var purpose: String
    }
    var sums: [(key: Key, calls: SummedCalls)] = []
    var places: [Key: Int] = [:]
    var known: [CollectiveTable.Likeness: [SummedCalls]] = [:]
    for (range, likeness) in collectives.byGroup where !range.isEmpty {
      let own = known[likeness] ?? SummedCalls.all(range.lazy.map { collectives[$0] })
      known[likeness] = own
      let purpose = collectives[range.lowerBound].group.family
      for calls in own {
        let key = Key(title: calls.title, algorithm: calls.algorithm, purpose: purpose)
        if let place = places[key] {
          sums[place].calls.add(calls)
        } else {
          places[key] = sums.count
          sums.append((key, calls))
        }
      }
    }
    return sums.map { $0.calls.summary(purpose: $0.key.purpose) }.enumerated().sorted {
      ($1.element.transfer, $0.offset) < ($0.element.transfer, $1.offset)
    }.map(\.element)
  }
}

/// Calls of one title and algorithm, added up.
private struct SummedCalls {
  let title: String
  let algorithm: String
  private let bottleneck: String
  private var groups = 1
  private var count = 0
  private var captured = SimDuration.zero
  private var transfer = SimDuration.zero
  /// The sum of bus bandwidths in 2⁻³² bytes/s, and how many there are.
  private var rates = (sum: Int128(0), count: 0)
  private var contention: Double?

  private static let rateScale = 0x1p32
  /// Faster than any link, and sums of as many as there may be are in range.
  private static let mostRate = 1e18

  /// The calls of one group by title and algorithm, in order of the first.
  static func all(_ rows: some Sequence<ScenarioResult.CollectiveRow>) -> [SummedCalls] {
    var sums: [SummedCalls] = []
    for row in rows {
      let (title, algorithm) = (row.instance.title, row.outcome.lowered?.algorithm ?? "")
      let place = sums.firstIndex { $0.title == title && $0.algorithm == algorithm } ?? sums.count
      if place == sums.count {
        sums.append(SummedCalls(title: title, algorithm: algorithm, bottleneck: row.bottleneck))
      }
      sums[place].add(row)
    }
    return sums
  }

  private init(title: String, algorithm: String, bottleneck: String) {
    (self.title, self.algorithm, self.bottleneck) = (title, algorithm, bottleneck)
  }

  private mutating func add(_ row: ScenarioResult.CollectiveRow) {
    count += 1
    captured = captured.addingSaturated(row.instance.capturedDuration)
    transfer = transfer.addingSaturated(row.outcome.transferTime)
    if let rate = row.bandwidths?.bus {
      rates.sum += Int128(min(rate, Self.mostRate) * Self.rateScale)
      rates.count += 1
    }
    if let factor = row.contentionFactor { contention = max(contention ?? factor, factor) }
  }

  /// Adds calls of another group.
  mutating func add(_ other: SummedCalls) {
    groups += other.groups
    count += other.count
    captured = captured.addingSaturated(other.captured)
    transfer = transfer.addingSaturated(other.transfer)
    rates.sum += other.rates.sum
    rates.count += other.rates.count
    if let factor = other.contention { contention = max(contention ?? factor, factor) }
  }

  func summary(purpose: String) -> CollectiveSummary {
    CollectiveSummary(
      title: title, algorithm: algorithm, purpose: purpose, groups: groups, count: count,
      captured: captured, transfer: transfer,
      busBandwidth: rates.count > 0
        ? Double(rates.sum) / Double(rates.count) / Self.rateScale : nil,
      contention: contention, bottleneck: bottleneck)
  }
}
