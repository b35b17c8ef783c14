import Trace

/// Where the copies of a token go under balanced routing.
///
/// A token picks `groupsPerToken` of `expertGroups` groups, all choices alike, and in each an equal
/// number of its experts, all choices alike. For a set X of experts, with n_g of them in group g of
/// e experts and q picked there, the odds of missing X are
///
///     Σ over choices of M groups Π_g m_g / C(G, M),   m_g = C(e − n_g, q) / C(e, q).
struct RoutingOdds {
  private let routing: TokenRouting
  private let memberCount: Int

  init(_ routing: TokenRouting, memberCount: Int) {
    self.routing = routing
    self.memberCount = memberCount
  }

  /// The experts of a member: an even, contiguous share, in order of the group.
  func experts(ofMember member: Int) -> Range<Int64> {
    let (experts, count) = (routing.experts, Int64(memberCount))
    let first = Int64(member)
    return first * experts / count..<(first + 1) * experts / count
  }

  /// The odds that a token has at least one of its experts among those of `members`. O(G · M).
  func hit(_ members: [Int]) -> Double {
    let groupSize = routing.experts / routing.expertGroups
    var held = [Int64](repeating: 0, count: Int(routing.expertGroups))
    for member in members {
      for expert in experts(ofMember: member) { held[Int(expert / groupSize)] += 1 }
    }
    let picked = routing.expertsPerToken / routing.groupsPerToken
    let misses = held.map { held -> Double in
      (0..<picked).reduce(1.0) { odds, pick in
        odds * Double(max(0, groupSize - held - pick)) / Double(groupSize - pick)
      }
    }
    return 1 - meanProduct(misses, choosing: Int(routing.groupsPerToken))
  }

  /// The expected number of a token's experts at one member.
  func expertsPerToken(atMember member: Int) -> Double {
    Double(experts(ofMember: member).count) / Double(routing.experts)
      * Double(routing.expertsPerToken)
  }

  /// The mean, over all choices of `count` of `values`, of their product: elementary symmetric
  /// polynomials by the usual recurrence, scaled at each step so that nothing overflows.
  private func meanProduct(_ values: [Double], choosing count: Int) -> Double {
    // mean[j] after k values: the mean product over choices of j of them.
    var mean = [1.0] + Array(repeating: 0, count: count)
    for (index, value) in values.enumerated() {
      let seen = Double(index + 1)
      for j in stride(from: min(count, index + 1), through: 1, by: -1) {
        // Of the choices of j among the first k, j/k hold the k-th.
        let with = Double(j) / seen
        mean[j] = mean[j] * (1 - with) + mean[j - 1] * value * with
      }
    }
    return mean[count]
  }
}
