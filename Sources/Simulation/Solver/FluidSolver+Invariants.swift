extension FluidSolver {
  /// What is wrong after `solve()`, `nil` where nothing is: sums that do not agree with levels and
  /// ownership, a level that is not what they make of it, a link above its capacity, or a transfer
  /// that its lowest link does not own. A solver without fault has the max-min fair rates.
  ///
  /// - Complexity: O(elements). For tests.
  func fault(tolerance: Double = 1e-9) -> String? {
    for link in 0..<links.count {
      let state = links[link]
      var (foreign, claim) = (0.0, 0.0)
      for entry in incidence.ownedEntries(link) {
        let element = Int(incidence.element[entry])
        guard owner[incidence.variable[element]] == Int32(link) else {
          return "link \(link) holds a transfer that it does not own"
        }
        claim += incidence.claim[element]
      }
      for entry in incidence.foreignEntries(link) {
        let element = Int(incidence.element[entry])
        guard let holder = holder(Int(incidence.variable[element])) else { continue }
        foreign += incidence.claim[element] * links[holder].level
        guard links[holder].level <= state.level * (1 + tolerance) else {
          return "link \(holder) owns what link \(link) would hold lower"
        }
      }
      let scale = max(capacity[link], foreign, foreignScale[link], 1e-3)
      guard (foreign - state.foreign).magnitude <= tolerance * scale else {
        return "link \(link) takes \(state.foreign) for the \(foreign) of foreign transfers"
      }
      guard foreign <= capacity[link] + tolerance * scale else {
        return "link \(link) is above its capacity"
      }
      guard incidence.owned[link] > 0 else { continue }
      guard (claim - state.claim).magnitude <= tolerance * claim else {
        return "link \(link) takes \(state.claim) for claims of \(claim)"
      }
      let level = max(0, capacity[link] - foreign) / claim
      guard (level - state.level).magnitude <= tolerance * max(level, scale / claim) else {
        return "link \(link) has level \(state.level) in place of \(level)"
      }
    }
    return nil
  }
}
