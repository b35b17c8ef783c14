/// Puts diagnostics into words; the only place that does.
public enum DiagnosticRenderer {
  /// One line: `error: FILE, line 3, byte 97, at pod.gpus: PROBLEM; REMEDY [code]`.
  public static func line(_ diagnostic: Diagnostic) -> String {
    var text = diagnostic.severity.word + ": "
    if let place = diagnostic.location.map(place) { text += place + ": " }
    text += diagnostic.problem
    if let remedy = diagnostic.remedy { text += "; " + remedy }
    // Problems quote what stands in inputs.
    return text.escapingControls + " [" + diagnostic.code.rawValue + "]"
  }

  private static func place(_ location: SourceLocation) -> String {
    var parts = [location.file]
    if let line = location.line { parts.append("line \(line)") }
    if let byte = location.byteOffset { parts.append("byte \(byte)") }
    if let keyPath = location.keyPath { parts.append("at \(keyPath)") }
    return parts.joined(separator: ", ")
  }
}
