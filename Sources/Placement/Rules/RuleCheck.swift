import Diagnostics
public import Fabric
public import Quantities
import Trace
public import Workload

/// Holds a placement against rules.
public struct RuleCheck {
  private let workload: Workload
  private let job: PlacementJob
  private let placement: Placement
  private let fabric: Fabric
  private let ranks: PlacedRanks
  private let stepTime: (PlacementPolicy?) throws -> SimDuration

  /// A check.
  ///
  /// - Parameter stepTime: the replayed step by a policy, or by the placement in question for `nil`;
  ///   asked only by rules on it.
  public init(
    _ workload: Workload, _ placement: Placement, on fabric: Fabric,
    stepTime: @escaping (PlacementPolicy?) throws -> SimDuration
  ) {
    self.workload = workload
    job = PlacementJob(workload)
    self.placement = placement
    self.fabric = fabric
    self.stepTime = stepTime
    ranks = PlacedRanks(placement, on: fabric)
  }

  /// A verdict a rule, in their order.
  ///
  /// - Throws: a `Diagnostic` with the rule's key path where it names groups that the trace doesn't
  ///   have and is not optional; whatever a replay throws.
  public func verdicts(_ rules: PlacementRules) throws -> [RuleVerdict] {
    try rules.rules.map(verdict)
  }

  private func verdict(_ rule: PlacementRule) throws -> RuleVerdict {
    switch rule.requirement {
    case .keep(let word, let domain):
      return try groups(word, rule) { verdict(rule, $0, offending: { keepOffence($0, domain) }) }
    case .spread(let word, let domain):
      return try groups(word, rule) { verdict(rule, $0, offending: { spreadOffence($0, domain) }) }
    case .limit(let figure, let word, let most):
      guard let word else { return limit(rule, figure, of: nil, most) }
      return try groups(word, rule) { _ in limit(rule, figure, of: word, most) }
    case .noWorse(let policy, let percent):
      let base = try replayed(policy, rule).seconds
      let excess = base > 0 ? (try stepTime(nil).seconds / base - 1) * 100 : 0
      return timed(rule, excess, percent)
    case .stepTime(let most):
      return timed(rule, try stepTime(nil).seconds * 1e3, most)
    }
  }

  // MARK: Groups

  /// The verdict on the groups that a word means; none of them is a mistake, unless the rule says that
  /// it may be.
  private func groups(
    _ word: String, _ rule: PlacementRule, _ verdict: ([Int]) throws -> RuleVerdict
  ) throws -> RuleVerdict {
    let choice = GroupChoice(job)
    let groups = choice.groups(word)
    if groups.isEmpty {
      guard rule.isOptional else {
        var place = rule.location
        if case .limit = rule.requirement {
          place.keyPath = place.keyPath.map { $0.replacing(".limit", with: ".of") }
        }
        throw Diagnostic(
          .malformedRule, at: place, "the trace has no group '\(word)'",
          remedy: choice.words + "; or add \"optional\": true")
      }
      return RuleVerdict(rule: rule, outcome: .notApplicable)
    }
    return try verdict(groups)
  }

  private func verdict(
    _ rule: PlacementRule, _ groups: [Int], offending: (ProcessGroup) -> String?
  ) -> RuleVerdict {
    var verdict = RuleVerdict(rule: rule, outcome: .passed)
    for group in groups.map({ workload.groups[$0] }) {
      guard let words = offending(group) else { continue }
      verdict.outcome = .failed
      verdict.offenderCount += 1
      if verdict.offenders.count < RuleVerdict.mostNamed {
        verdict.offenders.append(offender(group, words))
      }
    }
    return verdict
  }

  private func offender(_ group: ProcessGroup, _ words: String) -> RuleVerdict.Offender {
    let members = group.ranks.map(\.index)
    let nodes = distinct(members.map { ranks.nodeOfRank[$0] })
    return RuleVerdict.Offender(
      name: group.label, words: words, ranks: Array(members.prefix(RuleVerdict.mostNamed)),
      rankCount: members.count, nodes: Array(nodes.prefix(RuleVerdict.mostNamed)),
      nodeCount: nodes.count)
  }

  private func places(_ group: ProcessGroup, _ domain: PlacementRule.Domain) -> [Int] {
    let places =
      switch domain {
      case .node: ranks.nodeOfRank
      case .pod: ranks.podOfRank
      case .rail: ranks.railOfRank
      }
    return group.ranks.map { places[$0.index] }
  }

  private func keepOffence(_ group: ProcessGroup, _ domain: PlacementRule.Domain) -> String? {
    let found = distinct(places(group, domain))
    guard found.count > 1 else { return nil }
    return "its \(group.ranks.count) ranks lie over \(found.count) \(domain.rawValue)s: "
      + Self.list(found)
  }

  private func spreadOffence(_ group: ProcessGroup, _ domain: PlacementRule.Domain) -> String? {
    let all = places(group, domain)
    let found = distinct(all)
    guard found.count < all.count else { return nil }
    return "its \(all.count) ranks lie over no more than \(found.count) \(domain.rawValue)s: "
      + Self.list(found)
  }

  private func distinct(_ values: [Int]) -> [Int] { Set(values).sorted() }

  private static func list(_ numbers: [Int]) -> String {
    numbers.prefix(RuleVerdict.mostNamed).map(String.init).joined(separator: ", ")
      + (numbers.count > RuleVerdict.mostNamed ? ", …" : "")
  }

  // MARK: Figures

  private func limit(
    _ rule: PlacementRule, _ figure: PlacementRule.Figure, of word: String?, _ most: Double
  ) -> RuleVerdict {
    let figures = PlacementAnalysis(workload, placement, on: fabric).figures(of: word)
    let value: Double =
      switch figure {
      case .crossNodeShare: figures.total.crossNodeShare
      case .crossPodShare: figures.total.crossPodShare
      case .crossRailShare: figures.total.crossRailShare
      case .busiestLinkShare: figures.busiestLinkShare
      case .busiestLinkTime: (figures.busiest.first?.seconds ?? 0) * 1e3
      case .meanLinks: figures.meanLinks
      }
    var verdict = RuleVerdict(
      rule: rule, outcome: value <= most ? .passed : .failed, figure: value, limit: most)
    guard verdict.outcome == .failed else { return verdict }
    switch figure {
    case .crossNodeShare: add(\.crossNodeShare, "leave their nodes", above: most)
    case .crossPodShare: add(\.crossPodShare, "leave their pods", above: most)
    case .crossRailShare: add(\.crossRailShare, "that leave their nodes change rails", above: most)
    case .busiestLinkShare, .busiestLinkTime: addLinks()
    case .meanLinks: break
    }
    return verdict

    func add(_ share: KeyPath<TierBytes, Double>, _ words: String, above: Double) {
      for (index, bytes) in figures.bytesOfGroup.enumerated() where bytes[keyPath: share] > above {
        verdict.offenderCount += 1
        guard verdict.offenders.count < RuleVerdict.mostNamed else { continue }
        let percent = fixedPoint(bytes[keyPath: share] * 100, digits: 1)
        verdict.offenders.append(
          offender(workload.groups[index], "\(percent) % of its bytes \(words)"))
      }
    }
    func addLinks() {
      guard let busiest = figures.busiest.first else { return }
      verdict.offenderCount = 1
      verdict.offenders = [
        RuleVerdict.Offender(
          name: busiest.link.name,
          words: "has \(fixedPoint(busiest.bytes, digits: 0)) bytes to carry, "
            + "\(fixedPoint(busiest.seconds * 1e3, digits: 3)) ms at its bandwidth",
          ranks: [], rankCount: 0, nodes: [], nodeCount: 0)
      ]
    }
  }

  /// The step by another policy; a file of it that is not there is the rule's fault.
  private func replayed(_ policy: PlacementPolicy, _ rule: PlacementRule) throws -> SimDuration {
    do {
      return try stepTime(policy)
    } catch let diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      var place = rule.location
      place.keyPath = place.keyPath.map { $0.replacing(".step_time", with: ".policy") }
      throw Diagnostic(
        .noSuchFile, at: place, "'\(policy.word)' \(diagnostic.problem)",
        remedy: diagnostic.remedy)
    }
  }

  private func timed(_ rule: PlacementRule, _ value: Double, _ most: Double) -> RuleVerdict {
    RuleVerdict(
      rule: rule, outcome: value <= most ? .passed : .failed, figure: value, limit: most)
  }
}
