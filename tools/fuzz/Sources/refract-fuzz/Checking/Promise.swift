import Diagnostics

/// What the product promises of whatever it is fed.
enum Promise {
  /// A diagnostic blames the input, says so in one line that a terminal shows as it is, and ends the
  /// command with a status that says the same.
  static func hold(_ diagnostic: Diagnostic) {
    let line = DiagnosticRenderer.line(diagnostic)
    require(diagnostic.code != .defect, "is a defect: \(line)")
    require(diagnostic.code != .cannotWrite, "could not write: \(line)")
    require(diagnostic.location != nil, "is not located: \(line)")
    require(!line.contains("\n"), "holds several lines: \(line)")
    hold(text: line)
  }

  /// A text for a terminal has lines, and nothing else that the terminal acts on.
  static func hold(text: String) {
    require(
      !text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control },
      "a text holds control characters: \(text.debugDescription)")
  }

  /// Ends the process, as a finding, unless `condition` holds.
  static func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
    if !condition { fatalError("a promise broken: " + problem()) }
  }
}
