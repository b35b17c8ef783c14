import Glibc
import Synchronization

/// How far the reading of a set of files is, for whoever waits: files done, bytes a second, time left.
///
/// Bytes are those of the files, packed as they are. What is shown changes no result.
public final class ReadingProgress: Sendable {
  /// Counts what is read of one file, however often; streams that are opened while it is current
  /// report to it.
  public final class File: Sendable {
    @TaskLocal static var current: File?

    private let whole: ReadingProgress
    private let rest: Mutex<Int64>

    fileprivate init(of whole: ReadingProgress, size: Int64) {
      self.whole = whole
      rest = Mutex(size)
    }

    /// A file that is read twice counts once.
    func advance(_ count: Int) {
      let counted = rest.withLock { rest in
        let counted = min(rest, Int64(count))
        rest -= counted
        return counted
      }
      if counted > 0 { whole.advance(counted) }
    }

    fileprivate func finish() {
      let counted = rest.withLock { rest in
        defer { rest = 0 }
        return rest
      }
      whole.finishFile(counted)
    }
  }

  private struct State {
    var files = 0
    var filesDone = 0
    var bytes: Int64 = 0
    var bytesDone: Int64 = 0
    var readers = 0
    var started: Double?
    var shown = 0.0
  }

  private let state = Mutex(State())
  private let show: @Sendable (String?) -> Void
  private static let interval = 0.1

  /// - Parameter show: shows a line in place of the one before, or with `nil` takes it away.
  public init(show: @escaping @Sendable (String?) -> Void) { self.show = show }

  /// Reads `paths`, of which each is handed to `file(_:_:)` on the way, and takes the line away
  /// behind the last reader.
  public func reading<Result>(_ paths: [String], _ body: () throws -> Result) rethrows -> Result {
    update { state in
      if state.started == nil { state.started = Self.now }
      state.files += paths.count
      state.bytes += paths.reduce(0) { $0 + fileSize($1) }
      state.readers += 1
      return true
    }
    defer {
      state.withLock { state in
        state.readers -= 1
        if state.readers == 0 { show(nil) }
      }
    }
    return try body()
  }

  /// Reads one of them.
  public func file<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result {
    let file = File(of: self, size: fileSize(path))
    defer { file.finish() }
    return try File.$current.withValue(file, operation: body)
  }

  private func advance(_ count: Int64) {
    update { state in
      state.bytesDone += count
      return Self.now - state.shown >= Self.interval
    }
  }

  private func finishFile(_ count: Int64) {
    update { state in
      state.bytesDone += count
      state.filesDone += 1
      return true
    }
  }

  private func update(_ change: (inout State) -> Bool) {
    // Shown under the lock, so that lines don't overtake one another.
    state.withLock { state in
      guard change(&state), state.readers > 0 else { return }
      state.shown = Self.now
      show(Self.line(state, at: state.shown))
    }
  }

  private static func line(_ state: State, at now: Double) -> String {
    line(
      files: (state.filesDone, state.files), bytes: (state.bytesDone, state.bytes),
      seconds: now - (state.started ?? now))
  }

  /// `read 3 of 16 ranks, 812 MB/s, 12 s left`.
  static func line(
    files: (done: Int, all: Int), bytes: (done: Int64, all: Int64), seconds: Double
  ) -> String {
    let text = "read \(files.done) of \(files.all) rank\(files.all == 1 ? "" : "s")"
    guard seconds >= interval, bytes.done > 0 else { return text }
    let rate = Double(bytes.done) / seconds
    let left = Double(bytes.all - bytes.done) / rate
    return text + ", \(shortRate(rate)), \(Int(left.rounded(.up))) s left"
  }

  private static func shortRate(_ rate: Double) -> String {
    rate >= 1e7 ? "\(Int((rate / 1e6).rounded())) MB/s" : "\(Int((rate / 1e3).rounded())) kB/s"
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// `body`, with what it reads of `path` counted where there is `progress`.
public func reporting<Result>(
  _ path: String, to progress: ReadingProgress?, _ body: () throws -> Result
) rethrows -> Result {
  try progress.map { try $0.file(path, body) } ?? body()
}
