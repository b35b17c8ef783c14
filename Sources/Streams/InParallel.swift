import Dispatch
import Synchronization

/// Maps `items` on at most `threads` threads, and stops early.
///
/// Items are begun in their order, at most `threads` at a time; none is begun behind one that ends
/// it. So what is returned does not depend on `threads`.
///
/// - Parameter isLast: whether nothing behind this outcome is wanted.
/// - Returns: the outcomes in the order of the items, up to the first that `isLast` holds for.
public func inParallel<Item: Sendable, Outcome: Sendable>(
  _ items: [Item], threads: Int, until isLast: @Sendable (Outcome) -> Bool,
  _ body: @Sendable (Item) -> Outcome
) -> [Outcome] {
  let progress = Mutex(Progress<Outcome>(count: items.count))
  DispatchQueue.concurrentPerform(iterations: min(max(1, threads), items.count)) { _ in
    while let index = progress.withLock({ $0.begin() }) {
      let outcome = body(items[index])
      progress.withLock { $0.end(index, outcome, isLast: isLast(outcome)) }
    }
  }
  return progress.withLock { $0.outcomes.prefix($0.end).compactMap(\.self) }
}

private struct Progress<Outcome: Sendable>: Sendable {
  var outcomes: [Outcome?]
  var next = 0
  /// Behind the first item that ends it.
  var end: Int

  init(count: Int) {
    outcomes = Array(repeating: nil, count: count)
    end = count
  }

  mutating func begin() -> Int? {
    guard next < end else { return nil }
    defer { next += 1 }
    return next
  }

  mutating func end(_ index: Int, _ outcome: Outcome, isLast: Bool) {
    outcomes[index] = outcome
    if isLast { end = min(end, index + 1) }
  }
}
