/// Which of nested host operations stand for the thread's work: the outermost ones, save those
/// that hold a communication call. These are opened, for they wait inside without saying so: what
/// stands for them is their children, and the gaps between are open to be explained.
struct HostSpans {
  /// Indices of the kept operations, by start.
  private(set) var kept: [Int] = []

  /// - Complexity: O(n log n).
  init(
    _ spans: [KinetoCollector.HostSpan],
    isCommunication: (KinetoCollector.HostSpan) -> Bool
  ) {
    let order = spans.indices.sorted { lhs, rhs in
      let (a, b) = (spans[lhs], spans[rhs])
      if a.thread != b.thread { return a.thread < b.thread }
      if a.start != b.start { return a.start < b.start }
      if a.duration != b.duration { return a.duration > b.duration }
      return lhs < rhs
    }
    var parent = [Int?](repeating: nil, count: spans.count)
    var holds = [Bool](repeating: false, count: spans.count)
    let communicates = spans.map(isCommunication)
    var open: [Int] = []
    for index in order {
      while let top = open.last,
        spans[top].thread != spans[index].thread || spans[top].end <= spans[index].start
      {
        open.removeLast()
      }
      parent[index] = open.last
      if communicates[index] { for outer in open { holds[outer] = true } }
      open.append(index)
    }
    for index in order where communicates[index] || !holds[index] {
      // Kept when every operation around it is opened, and none of them is the call itself.
      let outer = parent[index]
      guard outer.map({ holds[$0] && !communicates[$0] }) ?? true else { continue }
      kept.append(index)
    }
    kept.sort { (spans[$0].start, $0) < (spans[$1].start, $1) }
  }
}
