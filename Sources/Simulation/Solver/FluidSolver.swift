/// Max-min fair rates of transfers that share links.
///
/// With x_v the rate of transfer v, w_{v,l} its weight on link l, C_l the capacity of l in bytes/s
/// and n_v its fair share, the rates
///
///     maximise lexicographically the sorted vector of x_v / n_v
///     subject to Σ_v w_{v,l} · x_v ≤ C_l for every l, 0 ≤ x_v ≤ bound_v.
///
/// x_v / n_v is the *level* of v. Rates are max-min fair if and only if each transfer has a full
/// link on which no one's level is higher (Bertsekas and Gallager, Data Networks, section 6.5.2):
/// that link *owns* it. All transfers that a link owns have one level, the link's, so the solver
/// keeps levels of links, not rates of transfers. With S_l what foreign transfers use of l and K_l
/// the claims w · n of those that l owns,
///
///     level_l = (C_l − S_l) / K_l.
///
/// A bound is a link of its transfer's own. `solve()` brings levels and ownership up to date after
/// changes: see `repair()` and `fill()`.
///
/// Rates are Doubles, good to about 1e-12; equal sequences of calls give equal bits.
public struct FluidSolver: ~Copyable {
  /// Levels this close are one: what separates them is rounding.
  static var tolerance: Double { 1e-12 }
  /// What stands for infinite in sums, and from where on a rate counts as infinite.
  static var unlimited: Double { 1e200 }
  static var endless: Double { 1e150 }
  /// In the place of an owner of a transfer that nothing holds back.
  static var nobody: Int32 { -1 }

  /// What a link's level is made of; in one place, for it is read and written together.
  struct LinkState {
    /// S: Σ w · x of transfers that other links own.
    var foreign = 0.0
    /// K: Σ w · n of its own.
    var claim = 0.0
    /// The level of its own; infinite where it owns nothing.
    var level = Double.infinity
    /// No foreign transfer has a higher level; some may have left.
    var highestForeign = 0.0
  }

  enum VariableState: UInt8 {
    case free, pending, live
  }

  /// The links that capacities were given for; those behind were made later, or stand for bounds.
  public let linkCount: Int
  /// Elements (transfer, link) visited so far: the work done.
  public internal(set) var steps = 0
  /// How often a component was solved from nothing.
  public internal(set) var fills = 0

  // By link.
  var capacity = Column<Double>()
  var links = Column<LinkState>()
  /// The highest claim since it was last added up anew.
  var claimScale = Column<Double>()
  /// The most that foreign transfers were seen to use since it was last added up anew.
  var foreignScale = Column<Double>()
  var touchMark = Column<Int32>()
  var isReached = Column<Bool>()
  var isClosed = Column<Bool>()
  /// While filling: how many of its transfers have no owner yet.
  var openCount = Column<Int32>()
  /// While filling: links whose claims are to be added up anew.
  var worn = Column<Int32>()
  var isBound = Column<Bool>()
  var freeLinks = Column<Int32>()

  // By transfer.
  var share = Column<Double>()
  var state = Column<UInt8>()
  var owner = Column<Int32>()
  var firstElement = Column<Int32>()
  var elementCount = Column<Int32>()
  var moveMark = Column<Int32>()
  /// While filling: whether it has an owner.
  var isSettledHere = Column<Bool>()
  var freeVariables = Column<Int32>()

  var incidence: Incidence
  /// Links whose level may be wrong, by the level that they will have.
  var queue: KeyQueue
  /// Transfers that have come in since the last `solve()`.
  var pending = Column<Int32>()
  var pendingElements = 0
  var repairs: RepairScratch
  var component = Column<Int32>()

  var touchedList = Column<Int32>()
  var movedList = Column<Int32>()
  var epoch: Int32 = 1
  var isSettled = true

  /// A solver over links with these capacities (bytes/s, not negative, may be infinite).
  public init(capacities: [Double]) {
    precondition(capacities.allSatisfy { $0 >= 0 }, "capacities are not negative")
    linkCount = capacities.count
    incidence = Incidence(linkCount: 0)
    queue = KeyQueue(count: capacities.count)
    repairs = RepairScratch()
    for capacity in capacities { _ = appendLink(capacity: capacity) }
  }
}

// MARK: What it found

extension FluidSolver {
  /// The rate of a transfer in bytes per second, as of the last `solve()`; infinite where neither
  /// a link nor a bound holds it.
  public func rate(_ id: VariableID) -> Double {
    guard state[id.index] == VariableState.live.rawValue else { return 0 }
    let holder = owner[id.index]
    guard holder != Self.nobody, links[holder].level < Self.endless else { return .infinity }
    // Held by its bound, it has that to the bit.
    if isBound[holder] { return capacity[holder] }
    return share[id.index] * links[holder].level
  }

  /// What a link carries in bytes per second, as of the last `solve()`.
  public func usage(of link: LinkID) -> Double {
    let place = links[link.index]
    let all =
      incidence.owned[link.index] > 0
      ? place.foreign + place.claim * place.level : place.foreign
    return all < Self.endless ? max(0, all) : .infinity
  }

  /// The capacity of a link in bytes per second.
  public func capacity(of link: LinkID) -> Double {
    let value = capacity[link.index]
    return value < Self.endless ? value : .infinity
  }

  /// Links on which the last `solve()` changed anything, each once.
  public var touched: [LinkID] {
    (0..<touchedList.count).compactMap {
      let link = touchedList[$0]
      return Int(link) < linkCount ? LinkID(link) : nil
    }
  }

  /// How many links, those of bounds included, the last `solve()` touched.
  var touchedCount: Int { touchedList.count }

  func touched(at index: Int) -> Int { Int(touchedList[index]) }

  /// How many transfers changed hands in the last `solve()`.
  var movedCount: Int { movedList.count }

  func moved(at index: Int) -> Int { Int(movedList[index]) }

  /// The link that holds a transfer back, a bound's included; `nil` where none does.
  func holder(_ variable: Int) -> Int? {
    owner[variable] == Self.nobody ? nil : Int(owner[variable])
  }

  /// The level of what a link owns; 0 where that is nothing.
  func heldLevel(_ link: Int) -> Double {
    incidence.owned[link] > 0 ? links[link].level : 0
  }

  /// All links, those of bounds included.
  var allLinkCount: Int { links.count }
}
