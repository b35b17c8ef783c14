extension FluidSolver {
  /// The transfers, in columns; freed rows are used again, last freed first.
  struct VariableTable: Sendable {
    var share: [Double] = []
    var bound: [Double] = []
    var rate: [Double] = []
    var firstElement: [Int32] = []
    var elementCount: [Int32] = []
    private var free: [VariableID] = []

    var count: Int { share.count }

    func elements(of id: VariableID) -> Range<Int> {
      let start = Int(firstElement[id.index])
      return start..<start + Int(elementCount[id.index])
    }

    mutating func insert(share: Double, bound: Double) -> VariableID {
      if let id = free.popLast() {
        self.share[id.index] = share
        self.bound[id.index] = bound
        rate[id.index] = 0
        return id
      }
      self.share.append(share)
      self.bound.append(bound)
      rate.append(0)
      firstElement.append(0)
      elementCount.append(0)
      return VariableID(index: self.share.count - 1)
    }

    mutating func remove(_ id: VariableID) {
      elementCount[id.index] = 0
      rate[id.index] = 0
      free.append(id)
    }
  }

  /// The elements (transfer, link, weight): those of a transfer lie together, those of a link are
  /// chained both ways.
  struct ElementTable: Sendable {
    static let none: Int32 = -1

    var link: [Int32] = []
    var variable: [Int32] = []
    var weight: [Double] = []
    var next: [Int32] = []
    var previous: [Int32] = []
    /// Freed runs by length.
    private var freeRuns: [Int: [Int32]] = [:]

    /// A run of `count` elements.
    mutating func reserve(_ count: Int) -> Int32 {
      if let start = freeRuns[count]?.popLast() { return start }
      let start = Int32(link.count)
      link.append(contentsOf: repeatElement(0, count: count))
      variable.append(contentsOf: repeatElement(0, count: count))
      weight.append(contentsOf: repeatElement(0, count: count))
      next.append(contentsOf: repeatElement(Self.none, count: count))
      previous.append(contentsOf: repeatElement(Self.none, count: count))
      return start
    }

    mutating func release(_ range: Range<Int>) {
      if !range.isEmpty { freeRuns[range.count, default: []].append(Int32(range.lowerBound)) }
    }

    mutating func push(_ element: Int, onto head: inout Int32) {
      next[element] = head
      previous[element] = Self.none
      if head != Self.none { previous[Int(head)] = Int32(element) }
      head = Int32(element)
    }

    mutating func unlink(_ element: Int, from head: inout Int32) {
      let (before, after) = (previous[element], next[element])
      if before == Self.none { head = after } else { next[Int(before)] = after }
      if after != Self.none { previous[Int(after)] = before }
    }
  }

  /// Working memory of one `solve()`.
  struct Filling: Sendable {
    var remaining: [Double]
    /// Σ weight · share of the transfers not settled yet.
    var load: [Double]
    /// How many of those there are.
    var open: [Int32]
    var isFull: [Bool]
    var full: [LinkID] = []
    var variables: [VariableID] = []
    private var linkMark: [Int32]
    private var variableMark: [Int32] = []
    private var settledMark: [Int32] = []
    private var epoch: Int32 = 0

    init(linkCount: Int) {
      remaining = Array(repeating: 0, count: linkCount)
      load = Array(repeating: 0, count: linkCount)
      open = Array(repeating: 0, count: linkCount)
      isFull = Array(repeating: false, count: linkCount)
      linkMark = Array(repeating: 0, count: linkCount)
    }

    mutating func begin(variableCount: Int) {
      epoch += 1
      if variableMark.count < variableCount {
        let more = variableCount - variableMark.count
        variableMark.append(contentsOf: repeatElement(0, count: more))
        settledMark.append(contentsOf: repeatElement(0, count: more))
      }
    }

    mutating func markSettled(_ variable: VariableID) { settledMark[variable.index] = epoch }

    func isSettled(_ variable: VariableID) -> Bool { settledMark[variable.index] == epoch }

    mutating func mark(_ link: LinkID) -> Bool {
      guard linkMark[link.index] != epoch else { return false }
      linkMark[link.index] = epoch
      return true
    }

    mutating func mark(_ variable: VariableID) -> Bool {
      guard variableMark[variable.index] != epoch else { return false }
      variableMark[variable.index] = epoch
      return true
    }
  }
}
