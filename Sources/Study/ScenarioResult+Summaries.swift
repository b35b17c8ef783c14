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
  public var assumedCollectives: Int { collectives.count { $0.instance.assumedBy != nil } }
}

extension CollectiveSummary {
  /// The collectives summed up, the longest transfer first.
  static func all(_ collectives: CollectiveTable) -> [CollectiveSummary] {
    struct Key: Hashable {
      var title: String
      var algorithm: String
      var purpose: String
    }
    var sums: [SummedCalls] = []
    var places: [Key: Int] = [:]
    // Most calls are what the last of their group were.
    var last: (key: Key, place: Int)?
    for row in collectives {
      let key = Key(
        title: row.instance.title, algorithm: row.outcome.lowered?.algorithm ?? "",
        purpose: row.group.family)
      let place = last?.key == key ? last?.place ?? 0 : places[key] ?? sums.count
      if place == sums.count {
        places[key] = place
        sums.append(
          SummedCalls(title: key.title, algorithm: key.algorithm, purpose: key.purpose, row))
      }
      last = (key, place)
      sums[place].add(row)
    }
    return sums.map(\.summary).enumerated().sorted {
      ($1.element.transfer, $0.offset) < ($0.element.transfer, $1.offset)
    }.map(\.element)
  }
}

/// Adds up the calls of a summary, group by group.
private struct SummedCalls {
  private(set) var summary: CollectiveSummary
  private var lastGroup: Int?
  private var rates = (sum: 0.0, count: 0)

  init(title: String, algorithm: String, purpose: String, _ first: ScenarioResult.CollectiveRow) {
    summary = CollectiveSummary(
      title: title, algorithm: algorithm, purpose: purpose, groups: 0, count: 0, captured: .zero,
      transfer: .zero, bottleneck: first.bottleneck)
  }

  mutating func add(_ row: ScenarioResult.CollectiveRow) {
    if row.instance.group != lastGroup { summary.groups += 1 }
    lastGroup = row.instance.group
    summary.count += 1
    summary.captured = summary.captured.addingSaturated(row.instance.capturedDuration)
    summary.transfer = summary.transfer.addingSaturated(row.outcome.transferTime)
    if let rate = row.bandwidths?.bus {
      rates = (rates.sum + rate, rates.count + 1)
      summary.busBandwidth = rates.sum / Double(rates.count)
    }
    if let factor = row.contentionFactor {
      summary.contention = max(summary.contention ?? factor, factor)
    }
  }
}
