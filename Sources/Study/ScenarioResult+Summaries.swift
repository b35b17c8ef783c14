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
  public var collectiveSummaries: [CollectiveSummary] {
    struct Key: Hashable {
      var title: String
      var algorithm: String
      var purpose: String
    }
    var order: [Key] = []
    var rowsOf: [Key: [CollectiveRow]] = [:]
    for row in collectives {
      let key = Key(
        title: row.instance.label ?? row.instance.kind.rawValue,
        algorithm: row.outcome.lowered?.algorithm ?? "", purpose: row.group.family)
      if rowsOf[key] == nil { order.append(key) }
      rowsOf[key, default: []].append(row)
    }
    let summaries = order.map { key in
      summary(rowsOf[key] ?? [], key.title, key.algorithm, key.purpose)
    }
    return summaries.enumerated().sorted {
      ($1.element.transfer, $0.offset) < ($0.element.transfer, $1.offset)
    }.map(\.element)
  }

  private func summary(
    _ rows: [CollectiveRow], _ title: String, _ algorithm: String, _ purpose: String
  ) -> CollectiveSummary {
    let rates = rows.compactMap(\.bandwidths?.bus)
    return CollectiveSummary(
      title: title, algorithm: algorithm, purpose: purpose,
      groups: Set(rows.map(\.instance.group)).count, count: rows.count,
      captured: rows.reduce(.zero) { $0.addingSaturated($1.instance.capturedDuration) },
      transfer: rows.reduce(.zero) { $0.addingSaturated($1.outcome.transferTime) },
      busBandwidth: rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count),
      contention: rows.compactMap(\.contentionFactor).max(),
      bottleneck: rows.first?.bottleneck ?? "")
  }

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
