import ArgumentParser
import Glibc
import Ingest
import Streams
import Trace

/// `refract-bench read`: how fast Kineto files are read.
struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Measure how fast Kineto files are read, with all that a replay needs kept.",
    discussion: """
      Writes files of a capture's events, repeated under other times and ids, to /tmp, and reads them. \
      Times are processor time on one core, medians of the runs, taken in turn with a plain scan of \
      the same bytes; for compressed files, and for two at once, time on the clock too.
      """)

  @Argument(help: "A Kineto capture whose events are repeated; without, a small made-up one.")
  var capture: String?

  @Option(help: "The size of a file.")
  var megabytes = 400

  @Option(help: "Runs of each case.")
  var runs = 5

  mutating func validate() throws {
    guard runs > 0, megabytes > 0 else {
      throw ValidationError("--runs and --megabytes are above 0")
    }
  }

  func run() throws {
    let text = try capture.map { try KinetoText(InputStream.contents(ofFile: $0)) } ?? .sample
    guard let text else { throw ReadingFailure(what: "holds no traceEvents") }
    let work = try ReadingWork()
    let size = megabytes * 1_000_000
    let python = try work.write("python.json", text, bytes: size, pythonShare: 0.9)
    let plain = try work.write("rank0.json", text, bytes: size)
    print("file                  MB   events kept   read MB/s   plain scan MB/s   peak MB")
    // The smaller peak first: it is that of the process.
    try measure("python_function 90 %", python)
    try measure("events", plain)
    for packer in ["zstd -3", "gzip"] { try compare(plain, packer, work) }
    // A second rank in another file; its content names the same rank, so each is read by itself.
    let scaling = try (0..<runs).map { _ in
      let alone = try seconds(CLOCK_MONOTONIC) {
        for _ in 0..<2 { _ = try ReadingWork.read([plain]) }
      }.seconds
      let together = seconds(CLOCK_MONOTONIC) {
        _ = inParallel([plain, plain], threads: 2) { _ in
          false
        } _: {
          try? ReadingWork.read([$0])
        }
      }.seconds
      return alone / together
    }
    print("two files at once: \(short(median(scaling))) times as fast as one after the other")
  }

  /// Reads `plain` and what `packer` makes of it in turn, once with a thread and once with two.
  private func compare(_ plain: String, _ packer: String, _ work: ReadingWork) throws {
    let packed = work.add("rank0.json.packed")
    guard system("\(packer) -q -c \(plain) > \(packed)") == 0 else { return }
    func ratio(_ clock: clockid_t, threads: Int) throws -> Double {
      var times: (packed: [Double], plain: [Double]) = ([], [])
      for _ in 0..<runs {
        let (first, second) = (
          try seconds(clock) { try ReadingWork.read([packed], threads: threads) }.seconds,
          try seconds(clock) { try ReadingWork.read([plain], threads: threads) }.seconds
        )
        times.packed.append(first)
        times.plain.append(second)
      }
      return median(times.packed) / median(times.plain)
    }
    let columns = try [1, 2].map { threads in
      try [CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID].map {
        short(try ratio($0, threads: threads))
      }.joined(separator: " ")
    }
    print(
      "\(packer) over plain; on the clock, processor time of the reading thread, of all: with one thread "
        + "\(columns[0]), with two \(columns[1])")
  }

  private func measure(_ name: String, _ path: String) throws {
    var (kept, reads, scans) = (0, [Double](), [Double]())
    for _ in 0..<runs {
      let read = try seconds(CLOCK_THREAD_CPUTIME_ID) { try ReadingWork.read([path]) }
      kept = read.result
      reads.append(read.seconds)
      scans.append(seconds(CLOCK_THREAD_CPUTIME_ID) { PlainScan.values(in: path) }.seconds)
    }
    var status = stat()
    stat(path, &status)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let bytes = Double(status.st_size) / 1e6
    let columns = [
      short(bytes), String(kept), short(bytes / median(reads)), short(bytes / median(scans)),
      short(Double(usage.ru_maxrss) * 1024 / 1e6),
    ]
    print(name, columns.joined(separator: "   "))
  }

  private func seconds<Result>(
    _ clock: clockid_t, _ body: () throws -> Result
  ) rethrows -> (seconds: Double, result: Result) {
    let start = now(clock)
    let result = try body()
    return (now(clock) - start, result)
  }

  private func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private func short(_ value: Double) -> String {
    value >= 10 ? String(Int(value.rounded())) : String((value * 100).rounded() / 100)
  }
}
