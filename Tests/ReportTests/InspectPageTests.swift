import Diagnostics
import Ingest
import JSON
import Quantities
import Study
import TestSupport
import Testing
import Trace
import Workload

@testable import Report

@Suite("Inspected traces: doubts, and the page")
struct InspectPageTests {
  private static func report(
    _ input: String, _ options: WorkloadOptions = WorkloadOptions()
  ) throws -> InspectReport {
    report(try Ingestor().ingest([input]), options)
  }

  private static func report(
    _ trace: Trace, _ options: WorkloadOptions = WorkloadOptions()
  ) -> InspectReport {
    let assembler = WorkloadAssembler(trace, options: options)
    let prepared: Result<PreparedTrace, Diagnostic>
    do {
      prepared = .success(try PreparedTrace(trace, options: options, name: "made"))
    } catch {
      prepared = .failure(error as? Diagnostic ?? Diagnostic(.defect, "\(error)"))
    }
    return InspectReport(
      "made", TraceSummary(trace), survey: assembler.survey,
      captured: (try? prepared.get())?.workload.captured ?? (try? assembler.captured()),
      prepared: prepared)
  }

  @Test(
    "each figure of the page is the one that inspect.json has at the place that it names",
    arguments: ["captured-moe-ep4", "sample-moe-ep8"])
  func figures(_ trace: String) throws {
    let report = try Self.report(ProjectFiles.path("traces/" + trace))
    let page = MarkupReader(String(decoding: try report.page(version: "1"), as: UTF8.self))
    #expect(page.faults.isEmpty, "\(page.faults)")
    let root = try JSONNode(parsing: report.json(version: "1"), file: "inspect.json")
    #expect(try PageFigures(page, root).check() > 20)
    for doubt in try root.required("doubts").elements() {
      #expect(try page.text.contains(doubt.required("text").string()))
    }
    #expect(page.text.contains("Most received"))
  }

  @Test("doubts stand in order of what hangs on them, and each thing wrong is one")
  func order() throws {
    // Four ranks, of which two have a trace; an all-to-all of which one has lost its splits.
    var ranks = (0..<2).map { RankFixture($0) }
    for index in ranks.indices {
      ranks[index].add(.kernel, lane: 1, at: 0, for: 100)
      ranks[index].add(.kernel, lane: 1, at: 100, for: 400, RankFixture.allReduce(1000))
      ranks[index].add(.kernel, lane: 1, at: 550, for: 100)
    }
    let whole = Self.report(RankFixture.trace(ranks)).doubts
    #expect(whole.map(\.code) == ["unexplained_lag"])
    #expect(whole[0].atStake == .nanoseconds(50_000))

    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    let part = Self.report(RankFixture.trace([ranks[0]], worldSize: 2), options).doubts
    #expect(part.map(\.code) == ["missing_ranks", "inseparable_waiting", "unexplained_lag"])
    #expect(part.map(\.atStake.nanosecondsRounded) == [400_000, 400_000, 50_000])

    let refused = Self.report(RankFixture.trace([ranks[0]], worldSize: 2))
    #expect(refused.doubts.first?.code == "unreplayable")
    #expect(refused.text.contains("can't be replayed as it is"))
    let page = MarkupReader(String(decoding: try refused.page(version: "1"), as: UTF8.self))
    #expect(page.text.contains("The step can't be matched"))
  }

  @Test("a name out of a trace stays text on the page")
  func hostile() throws {
    var rank = RankFixture(0)
    rank.add(.kernel, lane: 1, at: 0, for: 100)
    var trace = RankFixture.trace([rank])
    let evil = "</title></style><script>alert(1)</script>{{claim}}"
    trace.assumptions.append(Assumption(evil, evil))
    let page = MarkupReader(
      String(decoding: try Self.report(trace).page(version: "1"), as: UTF8.self))
    #expect(page.faults.isEmpty)
    #expect(page.text.contains(evil))
  }
}
