/// Which transfer crosses which link, and which link holds it back.
///
/// An *element* is one (transfer, link) with its *claim* w_{v,l} · n_v. The elements of a transfer
/// lie together. Each link has a list of its elements in a run of entries, those that it *owns*
/// (the transfers that it holds back) before those that are *foreign* to it (held back elsewhere).
/// Most transfers cross two links: an entry then names the other one, so that going through a list
/// touches no table of transfers.
struct Incidence: ~Copyable {
  /// In the place of the partner of an element whose transfer has not just one other.
  static var several: Int32 { -1 }

  // By element.
  private(set) var link = Column<Int32>()
  private(set) var variable = Column<Int32>()
  private(set) var claim = Column<Double>()
  private var entry = Column<Int32>()

  // By entry.
  private(set) var element = Column<Int32>()
  /// The link of the transfer's only other element, or `several`.
  private(set) var partner = Column<Int32>()
  private(set) var partnerClaim = Column<Double>()
  /// The element's own claim, here too: sums over a list read nothing else.
  private(set) var listedClaim = Column<Double>()

  // By link.
  private(set) var start = Column<Int32>()
  private(set) var owned = Column<Int32>()
  private(set) var count = Column<Int32>()
  private var room = Column<Int32>()

  /// Elements in all lists.
  private(set) var total = 0
  private var freeElements = FreeRuns()
  private var freeEntries = FreeRuns()

  init(linkCount: Int) {
    for _ in 0..<linkCount { appendLink() }
  }

  mutating func appendLink() {
    start.append(0)
    owned.append(0)
    count.append(0)
    room.append(0)
  }

  func ownedEntries(_ link: Int) -> Range<Int> {
    let first = Int(start[link])
    return first..<first + Int(owned[link])
  }

  func foreignEntries(_ link: Int) -> Range<Int> {
    let first = Int(start[link])
    return first + Int(owned[link])..<first + Int(count[link])
  }

  func entries(_ link: Int) -> Range<Int> {
    let first = Int(start[link])
    return first..<first + Int(count[link])
  }

  /// Whether its link owns an element.
  func isOwned(_ element: Int) -> Bool {
    let place = link[element]
    return entry[element] < start[place] + owned[place]
  }

  // MARK: Elements

  /// A run of `count` elements of a transfer, in no list yet.
  mutating func reserveElements(_ count: Int) -> Int {
    if let run = freeElements.take(count) { return run }
    let run = link.count
    let length = FreeRuns.length(count)
    link.append(repeating: 0, count: length)
    variable.append(repeating: 0, count: length)
    claim.append(repeating: 0, count: length)
    entry.append(repeating: 0, count: length)
    return run
  }

  mutating func releaseElements(_ range: Range<Int>) {
    freeElements.give(range.lowerBound, range.count)
  }

  /// Fills in an element; `list` puts it into its link's list.
  func define(_ element: Int, link: Int, variable: Int, claim: Double) {
    self.link[element] = Int32(link)
    self.variable[element] = Int32(variable)
    self.claim[element] = claim
  }

  /// Puts the elements of a transfer into their links' lists, as foreign.
  mutating func list(_ elements: Range<Int>) {
    for element in elements {
      let place = Int(link[element])
      if count[place] == room[place] { enlarge(place) }
      let index = Int(start[place] + count[place])
      count[place] += 1
      self.element[index] = Int32(element)
      entry[element] = Int32(index)
      let other = elements.count == 2 ? elements.lowerBound + elements.upperBound - 1 - element : -1
      partner[index] = other < 0 ? Self.several : link[other]
      partnerClaim[index] = other < 0 ? 0 : claim[other]
      listedClaim[index] = claim[element]
    }
    total += elements.count
  }

  /// Takes the elements of a transfer out of the lists.
  mutating func unlist(_ elements: Range<Int>) {
    for element in elements {
      if isOwned(element) { disown(element) }
      let place = Int(link[element])
      count[place] -= 1
      exchange(Int(entry[element]), Int(start[place] + count[place]))
    }
    total -= elements.count
  }

  // MARK: Ownership

  func own(_ element: Int) {
    let place = link[element]
    exchange(Int(entry[element]), Int(start[place] + owned[place]))
    owned[place] += 1
  }

  func disown(_ element: Int) {
    let place = link[element]
    owned[place] -= 1
    exchange(Int(entry[element]), Int(start[place] + owned[place]))
  }

  /// Says how many of a link's entries, from the first, are its own.
  func setOwned(_ link: Int, _ count: Int) { owned[link] = Int32(count) }

  func exchange(_ lhs: Int, _ rhs: Int) {
    guard lhs != rhs else { return }
    (element[lhs], element[rhs]) = (element[rhs], element[lhs])
    (partner[lhs], partner[rhs]) = (partner[rhs], partner[lhs])
    (partnerClaim[lhs], partnerClaim[rhs]) = (partnerClaim[rhs], partnerClaim[lhs])
    (listedClaim[lhs], listedClaim[rhs]) = (listedClaim[rhs], listedClaim[lhs])
    entry[element[lhs]] = Int32(lhs)
    entry[element[rhs]] = Int32(rhs)
  }

  /// Moves a link's list to where it has twice the room.
  private mutating func enlarge(_ link: Int) {
    let (old, length) = (Int(start[link]), Int(room[link]))
    let larger = max(4, 2 * length)
    var run = element.count
    if let free = freeEntries.take(larger) {
      run = free
    } else {
      element.append(repeating: 0, count: larger)
      partner.append(repeating: 0, count: larger)
      partnerClaim.append(repeating: 0, count: larger)
      listedClaim.append(repeating: 0, count: larger)
    }
    for offset in 0..<Int(count[link]) {
      element[run + offset] = element[old + offset]
      partner[run + offset] = partner[old + offset]
      partnerClaim[run + offset] = partnerClaim[old + offset]
      listedClaim[run + offset] = listedClaim[old + offset]
      entry[element[run + offset]] = Int32(run + offset)
    }
    if length > 0 { freeEntries.give(old, length) }
    start[link] = Int32(run)
    room[link] = Int32(larger)
  }
}

/// Runs that are free to be used again, by length rounded up to a power of two.
struct FreeRuns {
  private var byClass: [[Int32]] = Array(repeating: [], count: 33)

  /// The length that a run for `count` has.
  static func length(_ count: Int) -> Int { count <= 1 ? count : 1 << sizeClass(count) }

  private static func sizeClass(_ count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  mutating func take(_ count: Int) -> Int? {
    byClass[Self.sizeClass(count)].popLast().map { Int($0) }
  }

  mutating func give(_ start: Int, _ count: Int) {
    if count > 0 { byClass[Self.sizeClass(count)].append(Int32(start)) }
  }
}
