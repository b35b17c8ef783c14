public import Quantities
import Simulation
import Trace
import Workload

/// By how much, and where, a coflow's answer differs from that of single flows on one fabric and
/// placement.
public struct TierDifference: Sendable {
  /// Collectives of one title, purpose and algorithm in both tiers.
  public struct Row: Sendable {
    /// What they are called.
    public var title: String
    /// Their algorithm.
    public var algorithm: String
    /// The purpose of their groups.
    public var purpose: String
    /// How many there are.
    public var count: Int
    /// Their transfer times together, from the last arrival to the end: as coflows, and by flows.
    public var coflow: SimDuration
    /// By flows.
    public var flow: SimDuration
    /// Of all of them the one whose times differ most: its group and number.
    public var most: (group: String, sequence: Int64)
    /// Its transfer time as a coflow.
    public var mostCoflow: SimDuration
    /// Its transfer time by flows.
    public var mostFlow: SimDuration

    /// flow / coflow − 1 of all together; `nil` where a coflow takes no time.
    public var change: Double? {
      coflow > .zero ? flow.seconds / coflow.seconds - 1 : nil
    }
  }

  /// The place of the coflow scenario in the results.
  public let coflowScenario: Int
  /// The place of the flow scenario.
  public let flowScenario: Int
  /// The step as coflows.
  public let coflowStep: SimDuration
  /// The step flow by flow.
  public let flowStep: SimDuration
  /// Where they differ, most first.
  public let rows: [Row]

  /// flow / coflow − 1 of the step.
  public var stepChange: Double {
    coflowStep > .zero ? flowStep.seconds / coflowStep.seconds - 1 : 0
  }

  /// The differences of all pairs of scenarios that differ in their tier alone, in order.
  public static func all(_ results: [ScenarioResult]) -> [TierDifference] {
    results.indices.filter { results[$0].tier == .flow }.compactMap { flow in
      let twin = results.indices.first { other in
        let (a, b) = (results[other], results[flow])
        return a.tier == .coflow && a.trace == b.trace && a.fabric == b.fabric
          && a.placement == b.placement
      }
      return twin.map { TierDifference(results, coflow: $0, flow: flow) }
    }
  }

  private init(_ results: [ScenarioResult], coflow: Int, flow: Int) {
    coflowScenario = coflow
    flowScenario = flow
    coflowStep = results[coflow].stepTime
    flowStep = results[flow].stepTime
    rows = Self.rows(results[coflow], results[flow])
  }

  private static func rows(_ coflow: ScenarioResult, _ flow: ScenarioResult) -> [Row] {
    var rows: [Row] = []
    var places: [[String]: Int] = [:]
    for (a, b) in zip(coflow.collectives, flow.collectives) {
      let title = a.instance.label ?? a.instance.kind.rawValue
      let key = [title, a.outcome.lowered?.algorithm ?? "", a.group.family]
      let (one, other) = (a.outcome.transferTime, b.outcome.transferTime)
      if let place = places[key] {
        rows[place].count += 1
        rows[place].coflow = rows[place].coflow.addingSaturated(one)
        rows[place].flow = rows[place].flow.addingSaturated(other)
        guard distance(one, other) > distance(rows[place].mostCoflow, rows[place].mostFlow) else {
          continue
        }
        rows[place].most = (a.group.label, a.instance.sequence)
        rows[place].mostCoflow = one
        rows[place].mostFlow = other
      } else {
        places[key] = rows.count
        rows.append(
          Row(
            title: title, algorithm: key[1], purpose: key[2], count: 1, coflow: one, flow: other,
            most: (a.group.label, a.instance.sequence), mostCoflow: one, mostFlow: other))
      }
    }
    return rows.enumerated().sorted {
      let (a, b) = (
        distance($0.element.coflow, $0.element.flow), distance($1.element.coflow, $1.element.flow)
      )
      return a != b ? a > b : $0.offset < $1.offset
    }.map(\.element)
  }

  private static func distance(_ a: SimDuration, _ b: SimDuration) -> SimDuration {
    a > b ? a - b : b - a
  }
}
