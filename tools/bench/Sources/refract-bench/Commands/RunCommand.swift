import ArgumentParser
import Glibc

/// `refract-bench run`: a table of all cases.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run cases and print what they took.",
    discussion: """
      Times are processor time, the median of the runs. 'heap MB' is the most heap in use at once \
      beyond what the input takes. The columns with ^ are exponents of growth: with size^e, since \
      the next smaller size.
      """)

  @Option(help: "Only cases whose name contains this, several separated by commas.")
  var only: String?

  @Option(help: "Leave out cases of a larger size; the event queue's aside.")
  var upTo = Int.max

  @Option(help: "Runs of each case.")
  var runs = 3

  @Flag(help: "Print JSON.")
  var json = false

  mutating func validate() throws {
    guard runs > 0 else { throw ValidationError("--runs is at least 1") }
    guard !chosen.isEmpty else { throw ValidationError("no case is called so") }
  }

  private var chosen: [Case] {
    let parts = only?.split(separator: ",").map(String.init)
    return Suite.cases.filter { one in
      (one.size <= upTo || one.family == "queue")
        && (parts?.contains { one.name.contains($0) } ?? true)
    }
  }

  func run() throws {
    var last: Measurement?
    print(json ? "[" : Table.heading)
    let cases = chosen
    for (index, one) in cases.enumerated() {
      let measured = try Measurement(one, runs: runs)
      print(
        json
          ? measured.json(after: last) + (index + 1 < cases.count ? "," : "")
          : Table.row(measured, after: last))
      fflush(nil)
      last = measured
    }
    if json { print("]") }
  }
}
