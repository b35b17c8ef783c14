import ArgumentParser
import Glibc
import Streams
import Study

/// Options of every command that reads captures, however it goes on.
struct ReadingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Files read, and scenarios replayed, at a time: as many as processors. Changes no result."
  )
  var threads: Int?

  @Flag(name: .long, help: "Print no warnings, and no progress on a terminal.")
  var quiet = false

  mutating func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
  }

  /// How many to do at a time.
  var threadCount: Int { threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Who shows progress, where somebody watches.
  var progress: ReadingProgress? { isWatched ? ReadingProgress(show: Self.show) : nil }

  /// Who shows how far replays are, where somebody watches.
  var replayProgress: ReplayProgress? { isWatched ? ReplayProgress(show: Self.show) : nil }

  private var isWatched: Bool { !quiet && isatty(STDERR_FILENO) == 1 }

  @Sendable
  private static func show(_ line: String?) {
    // Back to the beginning of the line, and clear it.
    let text = "\r\u{1B}[K" + (line.map { "refract: " + $0 } ?? "")
    try? StandardStream.error.write(Array(text.utf8))
  }
}
