import Quantities
import Simulation
import TestSupport
import Testing

@testable import Study

@Suite("Contributors of links")
struct LinkContributionTests {
  private static let links = 6

  private static func outcome(_ random: inout SeededGenerator) -> CollectiveOutcome {
    var outcome = CollectiveOutcome()
    // Whole bytes and halves, so that sums are exact in any order.
    let transfers = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      let used = (0..<links).filter { _ in Bool.random(using: &random) }
      return Transfer(
        bytes: Double(Int.random(in: 1...9, using: &random)),
        links: used.map { LinkID(index: $0) },
        weights: used.map { _ in [0.5, 1, 0].randomElement(using: &random) ?? 1 })
    }
    outcome.lowered = LoweredCollective(
      algorithm: "test", phases: [LoweredCollective.Phase(latency: .zero, transfers: transfers)])
    return outcome
  }

  @Test("the first three of all groups, counted in full")
  func againstFullCount() {
    for seed in UInt64(1)...100 {
      var random = SeededGenerator(seed: seed)
      let outcomes = (0..<40).map { _ in Self.outcome(&random) }
      let groups = outcomes.map { _ in Int.random(in: -1...7, using: &random) }
      var found = LinkContributions(links: Self.links)
      for group in Set(groups).sorted() {
        for (outcome, own) in zip(outcomes, groups) where own == group {
          for transfer in outcome.lowered?.phases.flatMap(\.transfers) ?? [] {
            found.add(transfer, times: 1)
          }
        }
        found.close(group)
      }
      for link in 0..<Self.links {
        var sums: [Int: Double] = [:]
        for (outcome, group) in zip(outcomes, groups) {
          for transfer in outcome.lowered?.phases.flatMap(\.transfers) ?? [] {
            for (other, weight) in zip(transfer.links, transfer.weights) where other.index == link {
              sums[group, default: 0] += weight * transfer.bytes
            }
          }
        }
        let ranked = sums.filter { $0.value > 0 }
          .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
        let shares = found.shares(ofLink: link)
        #expect(shares.map(\.group) == ranked.map(\.key), "seed \(seed), link \(link)")
        #expect(shares.map(\.bytes) == ranked.map(\.value), "seed \(seed), link \(link)")
      }
    }
  }
}
