import Diagnostics
import Fabric
import JSON
import Quantities
import Simulation
import Study
import TestSupport
import Testing
import Trace
import Workload

@testable import Report

@Suite("Report as a page")
struct HTMLReportTests {
  private static func results(
    _ traces: [String], _ fabrics: [String]
  ) async throws -> [ScenarioResult] {
    try await Study(
      traces: traces.map { TraceSource(inputs: [ProjectFiles.path("traces/" + $0)]) },
      scenarios: fabrics.map { Scenario(fabric: $0) }
    ).run(threads: 2)
  }

  private static func page(_ results: [ScenarioResult]) throws -> MarkupReader {
    MarkupReader(String(decoding: try HTMLReport.document(results, version: "1"), as: UTF8.self))
  }

  // MARK: Numbers

  @Test(
    "each figure is the one that results.json has at the place that it names",
    arguments: [
      (["sample-moe-ep8"], ["hgx-h800-8", "copper-144", "passage-512", "reference-switch"]),
      (["captured-moe-ep4", "sample-moe-ep8"], ["copper-144", "hgx-h800-8"]),
      (["captured-moe-ep4"], ["passage-512"]),
    ])
  func figures(_ traces: [String], _ fabrics: [String]) async throws {
    let results = try await Self.results(traces, fabrics)
    let root = try JSONNode(
      parsing: ResultsJSON.document(results, version: "1"), file: "results.json")
    let page = try Self.page(results)
    #expect(page.faults.isEmpty, "\(page.faults)")
    let figures = try PageFigures(page, root).check()
    #expect(figures > 100 * traces.count)
    // Whoever sees the page sees the verdicts of results.json.
    for trace in try root.required("traces").elements() {
      let verdict = try trace.required("verdict")
      #expect(try page.text.contains(verdict.required("claim").string()))
    }
  }

  @Test("a column of numbers holds figures and nothing else")
  func columns() async throws {
    let results = try await Self.results(["sample-moe-ep8"], ["hgx-h800-8", "copper-144"])
    let cells = try Self.page(results).leaves.filter { $0.tag["class"] == "n" }
    #expect(cells.contains { $0.tag.name == "th" })
    for cell in cells where cell.tag.name == "td" { #expect(cell.text == "–") }
  }

  // MARK: What it must not hold

  @Test("names out of a trace stay text, whatever is in them")
  func hostile() async throws {
    var results = try await Self.results(["captured-moe-ep4"], ["hgx-h800-8", "copper-144"])
    let plain = try Self.page(results)
    // A quote with an accent is one character that is no quote, and still a quote to a browser.
    let evil =
      "</title></style>\"\u{301}'\u{308}><script>alert(1)</script><img src=x onerror=alert(1)>\u{0}\u{202E}{{claim}}"
    for index in results.indices {
      results[index].trace = evil
      results[index].fabric = "\(index)" + evil
      results[index].placement = evil
      results[index].specification.description = evil
      results[index].specification.source = evil
      results[index].specification.status = evil
      results[index].assumptions = [Assumption(evil, evil)]
      results[index].diagnostics = [
        Diagnostic(.malformedEvent, at: SourceLocation(file: evil), evil, remedy: evil)
      ]
      for link in results[index].links.indices {
        results[index].links[link].link.name = evil
        for place in results[index].links[link].contributors.indices {
          results[index].links[link].contributors[place].group = evil
        }
      }
      for row in results[index].collectives.indices {
        results[index].collectives[row].group.purpose = evil
        results[index].collectives[row].instance.label = evil
        results[index].collectives[row].bottleneck = evil
      }
      for row in results[index].groups.indices { results[index].groups[row].group.purpose = evil }
      for call in results[index].timeline.longest.indices {
        results[index].timeline.longest[call].name = evil
        results[index].timeline.longest[call].title = evil
      }
    }
    let page = try Self.page(results)
    #expect(page.faults.isEmpty, "\(page.faults)")
    #expect(Set(page.tags.map(\.name)).isSubset(of: Set(plain.tags.map(\.name))))
    #expect(
      Set(page.tags.flatMap { $0.attributes.map(\.name) })
        .isSubset(of: Set(plain.tags.flatMap { $0.attributes.map(\.name) })))
    #expect(page.text.contains("<script>alert(1)</script>"))
    #expect(page.text.contains("{{claim}}"))
    for scalar in page.text.unicodeScalars where scalar != "\n" {
      #expect(scalar.value >= 0x20 && scalar != "\u{202E}")
    }
  }

  @Test("the page needs nothing but itself, and says nothing of the machine it was made on")
  func selfContained() async throws {
    let results = try await Self.results(["captured-moe-ep4"], FabricPreset.names)
    let text = String(decoding: try HTMLReport.document(results, version: "1"), as: UTF8.self)
    for word in ["http:", "https:", "file:", "//", "@import", "<script", "src=", "/traces/"] {
      // Figures name their places under /traces/ of results.json.
      let stripped = word == "/traces/" ? text.replacing("data-at=\"/traces/", with: "") : text
      #expect(!stripped.contains(word), "\(word)")
    }
    #expect(!text.contains(ProjectFiles.path("")))
    #expect(text.contains("default-src 'none'"))
    let links = MarkupReader(text).tags.compactMap { $0["href"] }
    #expect(links.allSatisfy { $0.hasPrefix("#") || $0 == "data:," })
    let anchors = Set(MarkupReader(text).tags.compactMap { $0["id"] })
    for link in links where link.hasPrefix("#") {
      #expect(anchors.contains(String(link.dropFirst())), "\(link)")
    }
  }

  @Test("many scenarios: all are there, folded where they are long, and the file stays small")
  func many() async throws {
    let few = try await Self.results(
      ["captured-moe-ep4"], Array(FabricPreset.names.prefix(4)))
    var results: [ScenarioResult] = []
    for turn in 0..<5 {
      for result in few {
        results.append(result)
        results[results.count - 1].fabric += " scale_up.hop_latency_ns=\(turn)"
      }
    }
    let bytes = try HTMLReport.document(results, version: "1")
    #expect(bytes.count < 700_000, "\(bytes.count)")
    let page = MarkupReader(String(decoding: bytes, as: UTF8.self))
    #expect(page.faults.isEmpty, "\(page.faults)")
    for result in results { #expect(page.text.contains(result.fabric)) }
    let folded = page.tags.filter { $0.name == "details" && $0["open"] == nil }
    #expect(folded.count >= 5)
  }

  // MARK: Parts

  @Test("text is escaped by scalars")
  func escaping() {
    let html = ScalarHTML()
    #expect(html.escapeText("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;")
    let accented = html.escapeText("\"\u{301}<\u{338}")
    #expect(!accented.unicodeScalars.contains("\""))
    #expect(!accented.unicodeScalars.contains("<"))
    #expect(html.escapeText("a\u{0}\u{1B}\u{202E}b") == "a\u{FFFD}\u{FFFD}\u{FFFD}b")
    #expect(html.escapeText("a\n\tb é µ 日本") == "a  b é µ 日本")
  }

  @Test(
    "an axis has a handful of round lines, from zero to what it holds",
    arguments: [3, 999, 15_596, 126_983, 986_709, 12_345_678] as [Int64])
  func axis(_ microseconds: Int64) {
    let longest = SimDuration.nanoseconds(microseconds * 1000)
    let axis = TimeAxis(longest: longest, unit: Wording.unit(suiting: longest))
    #expect((3...8).contains(axis.ticks.count), "\(axis.ticks.map(\.label))")
    #expect(axis.ticks.first?.label.hasPrefix("0") == true)
    #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
    #expect((0.9...1).contains(axis.share(longest)))
    #expect(axis.share(longest * 2) == 1)
  }

  @Test("shades of traffic: none for nothing, all levels used, the most the darkest")
  func shades() {
    #expect(TrafficView.level(0, peak: 10) == 0)
    #expect(TrafficView.level(1e-9, peak: 10) == 1)
    #expect(TrafficView.level(10, peak: 10) == TrafficView.levels)
    #expect((1...10).map { TrafficView.level(Double($0), peak: 10) }.max() == TrafficView.levels)
  }

  @Test("steps of microseconds and of minutes are told in their own unit")
  func units() {
    #expect(Wording.unit(suiting: .nanoseconds(999_000)) == .microseconds)
    #expect(Wording.unit(suiting: .nanoseconds(1_000_000)) == .milliseconds)
    #expect(Wording.unit(suiting: .nanoseconds(10_000_000_000)) == .seconds)
    let lost = Figure.time(.nanoseconds(400), told: .milliseconds, at: "/")
    #expect(lost.text == "400.000 ns")
    #expect(Figure.time(.zero, told: .milliseconds, at: "/").text == "0.000 ms")
  }
}
