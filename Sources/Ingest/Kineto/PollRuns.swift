/// Host threads that ask again and again whether the GPU has come to an event: runs of queries with no
/// other call of the thread between. A run that takes long is a wait.
struct PollRuns {
  /// A run of queries; times in nanoseconds of the capture.
  struct Run {
    var thread: Int64
    var start: Int64
    /// When the last query began: the one that found the GPU done.
    var lastStart: Int64
    var end: Int64
    var name: Int32
  }

  /// A run from this on is a wait; shorter ones are a look at what is done, as allocators take.
  static let shortest: Int64 = 500_000
  /// Queries further apart are no polling.
  static let longestRest: Int64 = 100_000

  /// At most one a thread; few threads ever poll.
  private var open: [Run] = []
  private var long: [Run] = []

  /// Adds a query. The calls of a thread are taken to come in order; one that does not ends the run.
  mutating func add(thread: Int64, start: Int64, duration: Int64, name: Int32) {
    if let place = open.firstIndex(where: { $0.thread == thread }) {
      if start >= open[place].lastStart, start - open[place].end <= Self.longestRest {
        open[place].lastStart = start
        open[place].end = start + duration
        return
      }
      close(place)
    }
    open.append(
      Run(thread: thread, start: start, lastStart: start, end: start + duration, name: name))
  }

  /// Notes another call on a thread, which ends its run.
  @inline(__always)
  mutating func end(on thread: Int64) {
    guard !open.isEmpty, let place = open.firstIndex(where: { $0.thread == thread }) else { return }
    close(place)
  }

  /// The long ones, ordered by start; leaves none.
  mutating func take() -> [Run] {
    while !open.isEmpty { close(0) }
    defer { long = [] }
    return long.sorted { ($0.start, $0.thread) < ($1.start, $1.thread) }
  }

  private mutating func close(_ place: Int) {
    let run = open.remove(at: place)
    if run.end - run.start > Self.shortest { long.append(run) }
  }
}
