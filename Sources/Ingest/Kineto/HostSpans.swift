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
    let nesting = SpanNesting(spans)
    let communicates = spans.map(isCommunication)
    var holds = [Bool](repeating: false, count: spans.count)
    for index in nesting.order where communicates[index] {
      var outer = nesting.parent[index]
      // Around what holds a call all is known to hold one.
      while let span = outer, !holds[span] {
        holds[span] = true
        outer = nesting.parent[span]
      }
    }
    for index in nesting.order where communicates[index] || !holds[index] {
      // Kept when every operation around it is opened, and none of them is the call itself.
      let outer = nesting.parent[index]
      guard outer.map({ holds[$0] && !communicates[$0] }) ?? true else { continue }
      kept.append(index)
    }
    kept.sort { (spans[$0].start, $0) < (spans[$1].start, $1) }
  }
}
