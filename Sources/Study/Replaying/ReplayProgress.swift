import Glibc
import Quantities
import Simulation
import Synchronization

/// How far replays are, for whoever waits: simulated time, events a second, time left. What is shown
/// changes no result.
public final class ReplayProgress: Sendable {
  private struct State {
    var running = 0
    var shown = 0.0
  }

  private let state = Mutex(State())
  private let show: @Sendable (String?) -> Void
  private static let interval = 0.2

  /// - Parameter show: shows a line in place of the one before, or with `nil` takes it away.
  public init(show: @escaping @Sendable (String?) -> Void) { self.show = show }

  /// Replays something that is called `name`; the line is taken away behind the last of several.
  func replaying<Result>(
    _ name: String, _ body: (@escaping @Sendable (ReplayWatch.Reading) -> Void) throws -> Result
  ) rethrows -> Result {
    state.withLock { $0.running += 1 }
    defer {
      state.withLock { state in
        state.running -= 1
        if state.running == 0 { show(nil) }
      }
    }
    let started = Self.now
    return try body { reading in self.update(name, reading, since: started) }
  }

  private func update(_ name: String, _ reading: ReplayWatch.Reading, since started: Double) {
    let now = Self.now
    // Shown under the lock, so that lines don't overtake one another.
    state.withLock { state in
      guard now - state.shown >= Self.interval else { return }
      state.shown = now
      show(Self.line(name, reading, seconds: now - started))
    }
  }

  /// `replayed 12 % of moe on passage-512, at 3.20 ms, 4.1 M events/s, 12 s left`.
  static func line(_ name: String, _ reading: ReplayWatch.Reading, seconds: Double) -> String {
    let share = Double(reading.tasks.done) / Double(max(1, reading.tasks.all))
    let time = (reading.now - .origin).seconds * 1e3
    var text = "replayed \(Int(share * 100)) % of \(name), at \(tenths(time)) ms"
    guard seconds >= interval, share > 0 else { return text }
    let rate = Double(reading.events) / seconds
    text += rate >= 1e6 ? ", \(tenths(rate / 1e6)) M events/s" : ", \(Int(rate / 1e3)) k events/s"
    return text + ", \(Int((seconds / share * (1 - share)).rounded(.up))) s left"
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
