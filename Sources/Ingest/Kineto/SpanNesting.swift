/// How the spans of host threads lie in one another.
struct SpanNesting {
  /// Indices of the spans, thread by thread, outer before inner.
  let order: [Int]
  /// For each span the one around it.
  private(set) var parent: [Int?]
  private let starts: [Int64]
  private let threads: [Int64]
  private let ends: [Int64]

  /// - Complexity: O(n log n).
  init(_ spans: [KinetoCollector.HostSpan]) {
    order = spans.indices.sorted { lhs, rhs in
      let (a, b) = (spans[lhs], spans[rhs])
      if a.thread != b.thread { return a.thread < b.thread }
      if a.start != b.start { return a.start < b.start }
      if a.duration != b.duration { return a.duration > b.duration }
      return lhs < rhs
    }
    parent = Array(repeating: nil, count: spans.count)
    threads = spans.map(\.thread)
    starts = spans.map(\.start)
    ends = spans.map(\.end)
    var open: [Int] = []
    for index in order {
      while let top = open.last,
        threads[top] != threads[index] || ends[top] <= starts[index]
      {
        open.removeLast()
      }
      parent[index] = open.last
      open.append(index)
    }
  }

  /// The innermost span around an instant of a thread. O(log n + depth).
  func innermost(thread: Int64, at time: Int64) -> Int? {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      let index = order[middle]
      if (threads[index], starts[index]) <= (thread, time) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    var candidate = low > 0 ? order[low - 1] : nil
    while let index = candidate, threads[index] == thread {
      if ends[index] >= time { return index }
      candidate = parent[index]
    }
    return nil
  }
}
