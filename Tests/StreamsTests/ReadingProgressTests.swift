import Synchronization
import TestSupport
import Testing

@testable import Streams

@Suite("Reading progress")
struct ReadingProgressTests {
  @Test(
    "a line says files done, bytes a second and time left",
    arguments: [
      (0, 1, Int64(0), 0.0, "read 0 of 1 rank"), (3, 16, 0, 5, "read 3 of 16 ranks"),
      (3, 16, 400_000_000, 0.5, "read 3 of 16 ranks, 800 MB/s, 1 s left"),
      (3, 16, 10_000, 2, "read 3 of 16 ranks, 5 kB/s, 199998 s left"),
    ])
  func line(done: Int, all: Int, bytes: Int64, seconds: Double, expected: String) {
    #expect(
      ReadingProgress.line(
        files: (done, all), bytes: (bytes, 1_000_000_000), seconds: seconds) == expected)
  }

  @Test("files are counted once each, and the line is taken away at the end")
  func counted() throws {
    let directory = try TemporaryDirectory()
    let paths = try ["a", "b"].map { try directory.write($0, String(repeating: $0, count: 9)) }
    let lines = Mutex<[String?]>([])
    let progress = ReadingProgress { line in lines.withLock { $0.append(line) } }
    let sizes = try progress.reading(paths) {
      try paths.map { path in
        try progress.file(path) {
          _ = try InputStream.contents(ofFile: path)
          return try InputStream.contents(ofFile: path).count
        }
      }
    }
    #expect(sizes == [9, 9])
    let shown = lines.withLock { $0 }
    #expect(shown.first == "read 0 of 2 ranks")
    #expect(shown.last == .some(nil) && shown.dropLast().allSatisfy { $0 != nil })
    #expect(shown.contains { $0?.hasPrefix("read 2 of 2 ranks") == true })
  }

  @Test("work in parallel ends where the first item ends it, at any number of threads")
  func parallel() {
    for threads in [1, 2, 7, 100] {
      let outcomes = inParallel(Array(0..<50), threads: threads) {
        $0 == 160
      } _: {
        $0 * 10
      }
      #expect(outcomes == (0...16).map { $0 * 10 })
    }
    #expect(
      inParallel([Int](), threads: 3) { _ in
        true
      } _: {
        $0
      }.isEmpty)
  }
}
