import TestSupport
import Testing

/// Bad input: one message with file, place and remedy, the right exit status, bounded time and memory,
/// and nothing left behind that looks whole.
@Suite("Bad input")
struct BadInputTests {
  private static let cases: [BadInput] =
    TraceCases.all + TraceContentCases.all + JobCases.all + NativeTraceCases.all + RankFileCases.all
    + FabricTextCases.all + FabricCases.all + RuleCases.all + PlacementCases.all
    + PlacementWordCases.all + HostCases.all + PlacementRuleCases.all + AlgorithmCases.all
    + CommandLineCases.all + FlowCases.all + BombCases.all + JoinedFileCases.all + PickleCases.all
    + FlightRecorderCases.all + InspectorCases.all + ChakraCases.all + ScrubCases.all
    + RoutingCases.all + ArchiveCases.all + ComputeCases.all + ImportCases.all + FaultCases.all
    + SynthCases.all

  @Test("is refused in the words of its table", arguments: cases)
  func refusal(_ bad: BadInput) throws {
    let directory = try TemporaryDirectory()
    for file in bad.files { try file.write(to: directory) }
    let before = try directory.allEntries()
    let arguments = bad.arguments.split(separator: " ").map {
      String($0).replacing("{dir}", with: directory.path)
    }
    let run = try Tool.refract(arguments, within: 60)
    var error = run.error.replacing(directory.path, with: "{dir}")
    if error.last == "\n" { error.removeLast() }
    if bad.error.hasSuffix("…") {
      #expect(error.hasPrefix(bad.error.dropLast()))
    } else {
      #expect(error == "refract: error: " + bad.error)
    }
    #expect(run.status == bad.status)
    #expect(run.output.isEmpty)
    #expect(run.peakBytes < 200_000_000)
    #expect(try directory.allEntries() == before)
  }

  @Test("names are told apart, and there are enough of them")
  func names() {
    let names = Self.cases.map(\.testDescription)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 60)
  }
}
