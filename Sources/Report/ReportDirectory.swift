import Streams
public import Study

/// The files that replay and compare leave behind.
public enum ReportDirectory {
  /// Writes `results.json`, `report.html` and the CSV files into `directory`,
  /// made where it is missing. All are written aside first, and `results.json` appears last.
  ///
  /// - Throws: a `Diagnostic` where something can't be written.
  public static func write(
    _ results: [ScenarioResult], version: String, to directory: String
  ) throws {
    try write(
      [
        ("links.csv", Array(CSVDocuments.links(results).utf8)),
        ("collectives.csv", Array(CSVDocuments.collectives(results).utf8)),
        ("critical_path.csv", Array(CSVDocuments.criticalPaths(results).utf8)),
        ("report.html", try HTMLReport.document(results, version: version)),
        ("results.json", ResultsJSON.document(results, version: version)),
      ], to: directory)
  }

  /// Writes files that belong together, all aside first; the last named is the last to appear.
  static func write(_ documents: [(name: String, bytes: [UInt8])], to directory: String) throws {
    try makeDirectory(directory)
    var files: [OutputFile] = []
    for (name, bytes) in documents {
      let file = try OutputFile(path: directory + "/" + name)
      try file.write(bytes)
      try file.finish()
      files.append(file)
    }
    // Where a report stood before, it is none until the new one is whole.
    if let last = documents.last { try removeFile(directory + "/" + last.name) }
    for file in files { try file.commit() }
  }
}
