import Diagnostics
import Mustache
public import Study

/// `report.html`: one file that needs nothing else, for people who were not there.
///
/// Words and layout are templates, rendered over plain values; every number comes with its place in
/// `results.json`. Holds no paths, dates or thread counts: equal results make equal bytes.
public enum HTMLReport {
  /// The page for scenarios in their order.
  ///
  /// - Throws: a `Diagnostic`, a defect, where a template can't be read.
  public static func document(_ results: [ScenarioResult], version: String) throws -> [UInt8] {
    let library = try Templates.library()
    let page = Page(TraceScenarios.all(results), results, version: version)
    guard let text = library.render(page, withTemplate: "page") else {
      throw Diagnostic(.defect, "the report has no template of a page")
    }
    return Array(text.utf8)
  }

  /// All of it.
  private struct Page {
    let title: String
    let version: String
    let lead: String
    let css: String
    let hasContents: Bool
    let sections: [TraceSection]
    let fabrics: FabricsView

    init(_ sections: [TraceScenarios], _ results: [ScenarioResult], version: String) {
      self.version = version
      self.sections = sections.map { TraceSection($0, isOnly: sections.count == 1) }
      css = Templates.css
      lead = sections.count == 1 ? "A captured training step," : "Captured training steps,"
      hasContents = sections.count > 1
      fabrics = FabricsView(results)
      let fabricCount = fabrics.rows.count
      let traces = Set(results.map(\.trace)).count
      let trace =
        traces == 1 ? results[0].trace : Wording.number(traces).capitalizedFirst + " traces"
      let place =
        fabricCount == 1 ? results[0].fabric : Wording.number(fabricCount) + " fabrics"
      title = "\(trace) on \(place)"
    }
  }
}
