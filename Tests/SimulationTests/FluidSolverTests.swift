import TestSupport
import Testing

@testable import Simulation

@Suite("Fluid solver")
struct FluidSolverTests {
  private static func transfer(
    _ links: [Int], weights: [Double]? = nil, share: Double = 1, bound: Double = .infinity
  ) -> Transfer {
    Transfer(
      bytes: 1, links: links.map(LinkID.init(index:)),
      weights: weights ?? Array(repeating: 1, count: links.count), fairShare: share,
      rateBound: bound)
  }

  private static func rates(_ transfers: [Transfer], _ capacities: [Double]) -> [Double] {
    var solver = FluidSolver(capacities: capacities)
    let ids = transfers.map { solver.add($0) }
    solver.solve()
    var rates: [Double] = []
    for id in ids { rates.append(solver.rate(id)) }
    return rates
  }

  @Test("the textbook case: the third flow takes what the first two leave")
  func parkingLot() {
    let rates = Self.rates(
      [Self.transfer([0, 1]), Self.transfer([0]), Self.transfer([1])], [10, 30])
    #expect(rates == [5, 5, 25])
  }

  @Test("weights, shares and bounds")
  func generalForm() {
    // 2x + y = 12 with x / 1 = y / 2: x = 3, y = 6.
    #expect(
      Self.rates(
        [Self.transfer([0], weights: [2]), Self.transfer([0], share: 2)], [12]) == [3, 6])
    #expect(
      Self.rates([Self.transfer([0], bound: 1), Self.transfer([0])], [12]) == [1, 11])
  }

  @Test("what nothing holds is infinite, what a dead link holds is nothing")
  func extremes() {
    let rates = Self.rates(
      [
        Self.transfer([]), Self.transfer([0]), Self.transfer([1]), Self.transfer([1], weights: [0]),
      ],
      [0, .infinity])
    #expect(rates == [.infinity, 0, .infinity, .infinity])
  }

  /// A random network: links, some of them shared by most, and transfers of every kind.
  private struct RandomCase {
    var capacities: [Double]
    var transfers: [Transfer]

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      let linkCount = Int.random(in: 1...8, using: &random)
      capacities = (0..<linkCount).map { _ in Double(Int.random(in: 1...100, using: &random)) }
      transfers = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        RandomCase.transfer(linkCount, &random)
      }
    }

    static func transfer(_ linkCount: Int, _ random: inout SeededGenerator) -> Transfer {
      let links = (0..<linkCount).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
      let used = links.isEmpty ? [Int.random(in: 0..<linkCount, using: &random)] : links
      return FluidSolverTests.transfer(
        used,
        weights: used.map { _ in
          Bool.random(using: &random) ? 1 : Double.random(in: 0.05...1, using: &random)
        },
        share: Bool.random(using: &random) ? 1 : Double.random(in: 0.1...20, using: &random),
        bound: Int.random(in: 0..<4, using: &random) == 0
          ? Double.random(in: 0.1...50, using: &random) : .infinity)
    }
  }

  private static func isClose(_ lhs: Double, _ rhs: Double) -> Bool {
    lhs == rhs || (lhs - rhs).magnitude <= 1e-9 * max(lhs.magnitude, rhs.magnitude)
  }

  /// No link above capacity; each transfer meets its bound, or a full link where nobody has more.
  private static func expectMaxMin(
    _ transfers: [Transfer], _ rates: [Double], _ capacities: [Double], seed: UInt64
  ) {
    var usage = [Double](repeating: 0, count: capacities.count)
    var highest = [Double](repeating: 0, count: capacities.count)
    for (transfer, rate) in zip(transfers, rates) {
      for (link, weight) in zip(transfer.links, transfer.weights) {
        usage[link.index] += weight * rate
        highest[link.index] = max(highest[link.index], rate / transfer.fairShare)
      }
    }
    for (link, capacity) in capacities.enumerated() {
      #expect(usage[link] <= capacity * (1 + 1e-9), "link \(link) overfull, seed \(seed)")
    }
    for (index, transfer) in transfers.enumerated() where rates[index] < transfer.rateBound {
      let level = rates[index] / transfer.fairShare
      let isHeld = transfer.links.contains { link in
        usage[link.index] >= capacities[link.index] * (1 - 1e-9)
          && highest[link.index] <= level * (1 + 1e-9)
      }
      #expect(isHeld, "transfer \(index) could have more, seed \(seed)")
    }
  }

  @Test("random networks agree with the definition and the naive solver")
  func randomNetworks() {
    for seed in UInt64(1)...2000 {
      let sample = RandomCase(seed: seed)
      let rates = Self.rates(sample.transfers, sample.capacities)
      Self.expectMaxMin(sample.transfers, rates, sample.capacities, seed: seed)
      let naive = naiveMaxMinRates(sample.transfers, capacities: sample.capacities)
      #expect(zip(rates, naive).allSatisfy(Self.isClose), "seed \(seed)")
    }
  }

  @Test("a solver that lived through changes agrees with one that starts there")
  func incremental() {
    for seed in UInt64(1)...300 {
      var random = SeededGenerator(seed: seed)
      let sample = RandomCase(seed: seed)
      var capacities = sample.capacities
      var solver = FluidSolver(capacities: capacities)
      var live: [(id: VariableID, transfer: Transfer)] = []
      for _ in 0..<30 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !live.isEmpty:
          let gone = live.remove(at: Int.random(in: live.indices, using: &random))
          solver.remove(gone.id)
        case 1:
          let link = Int.random(in: capacities.indices, using: &random)
          capacities[link] = Double(Int.random(in: 1...100, using: &random))
          solver.setCapacity(LinkID(index: link), capacities[link])
        default:
          let transfer = RandomCase.transfer(capacities.count, &random)
          live.append((solver.add(transfer), transfer))
        }
        solver.solve()
        let naive = naiveMaxMinRates(live.map(\.transfer), capacities: capacities)
        var rates: [Double] = []
        for entry in live { rates.append(solver.rate(entry.id)) }
        #expect(zip(rates, naive).allSatisfy(Self.isClose), "seed \(seed)")
      }
    }
  }

  @Test("a change touches its own component only")
  func componentOnly() {
    var solver = FluidSolver(capacities: [10, 10])
    _ = solver.add(Self.transfer([0]))
    _ = solver.add(Self.transfer([1]))
    solver.solve()
    let third = solver.add(Self.transfer([1]))
    solver.solve()
    let touched = solver.touched
    #expect(touched == [LinkID(1)])
    let rate = solver.rate(third)
    #expect(rate == 5)
    let usage = [solver.usage(of: LinkID(0)), solver.usage(of: LinkID(1))]
    #expect(usage == [10, 10])
  }

  @Test("relabelling links and transfers relabels the rates, to the bit")
  func relabelling() {
    for seed in UInt64(1)...200 {
      let sample = RandomCase(seed: seed)
      let last = sample.capacities.count - 1
      let mirrored = sample.transfers.map { transfer in
        Self.transfer(
          transfer.links.map { last - $0.index }, weights: transfer.weights,
          share: transfer.fairShare, bound: transfer.rateBound)
      }
      let rates = Self.rates(sample.transfers, sample.capacities)
      #expect(Self.rates(mirrored, sample.capacities.reversed()) == rates, "seed \(seed)")
    }
  }

  @Test("a claim worn by a large one that goes is added up with those that go along")
  func wornClaim() {
    // Link 0 closes first, at level 1, and with it nearly all claims on link 1 go, in three transfers.
    let transfers =
      [1e4, 1, 1].map { Self.transfer([0, 1], share: $0) } + [Self.transfer([1], share: 5)]
      + (0..<4).map { _ in Self.transfer([2]) }
    let rates = Self.rates(transfers, [10_002, 20_000, 4])
    #expect(rates == [1e4, 1, 1, 9_998, 1, 1, 1, 1])
  }

  /// How the transfers of a larger network look.
  enum Shape: CaseIterable {
    case pairs, paths, coflows, steep

    func transfer(_ links: Int, _ random: inout SeededGenerator) -> Transfer {
      let count =
        switch self {
        case .pairs: 2
        case .paths, .steep: Int.random(in: 1...5, using: &random)
        case .coflows: Int.random(in: 1...30, using: &random)
        }
      let some = (0..<links).shuffled(using: &random).prefix(count).sorted()
      let weights = some.map { _ in
        switch self {
        case .pairs: 1.0
        case .paths, .coflows: Double.random(in: 0.01...1, using: &random)
        case .steep: [1, 0.1, 0.01, 1e-3, 1e-4][Int.random(in: 0..<5, using: &random)]
        }
      }
      return FluidSolverTests.transfer(
        some, weights: weights,
        share: self == .pairs ? 1 : Double.random(in: 0.1...50, using: &random),
        bound: Int.random(in: 0..<5, using: &random) == 0
          ? Double.random(in: 0.1...50, using: &random) : .infinity)
    }
  }

  @Test("larger networks stay without fault through hundreds of changes", arguments: Shape.allCases)
  func invariants(shape: Shape) {
    for seed in UInt64(1)...12 {
      var random = SeededGenerator(seed: seed)
      let links = Int.random(in: 31...80, using: &random)
      var capacities = (0..<links).map { _ in Double.random(in: 1...100, using: &random) }
      if shape == .steep { capacities = capacities.map { $0 * $0 * $0 } }
      var solver = FluidSolver(capacities: capacities)
      var live: [(id: VariableID, transfer: Transfer)] = []
      func add() {
        let transfer = shape.transfer(links, &random)
        live.append((solver.add(transfer), transfer))
      }
      for _ in 0..<Int.random(in: 1...200, using: &random) { add() }
      for step in 0..<120 {
        for _ in 0..<(step % 40 == 0 ? 20 : 1) {
          switch Int.random(in: 0..<5, using: &random) {
          case 0, 1:
            guard live.count > 1 else { continue }
            let place = Int.random(in: live.indices, using: &random)
            solver.remove(live[place].id)
            live.remove(at: place)
          case 2:
            let link = Int.random(in: 0..<links, using: &random)
            let isDead = Int.random(in: 0..<20, using: &random) == 0
            capacities[link] = isDead ? 0 : Double.random(in: 0.5...150, using: &random)
            solver.setCapacity(LinkID(index: link), capacities[link])
          default: add()
          }
        }
        solver.solve()
        let fault = solver.fault()
        #expect(fault == nil, "\(shape), seed \(seed), step \(step)")
      }
      let fresh = Self.rates(live.map(\.transfer), capacities)
      for (entry, rate) in zip(live, fresh) {
        let lived = solver.rate(entry.id)
        #expect(Self.isClose(lived, rate), "\(shape), seed \(seed)")
      }
    }
  }
}
