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
    func bytes(_ make: @escaping () throws -> [UInt8]) -> Document.Content {
      { file in try file.write(try make()) }
    }
    try write(
      [
        Document(name: "links.csv", content: bytes { Array(CSVDocuments.links(results).utf8) }),
        Document(name: "link_series.csv", content: bytes { CSVDocuments.linkSeries(results) }),
        // A line a collective: written as it is made.
        Document(name: "collectives.csv") { file in
          try CSVDocuments.writeCollectives(results) { try file.write(Array($0.utf8)) }
        },
        Document(
          name: "critical_path.csv",
          content: bytes { Array(CSVDocuments.criticalPaths(results).utf8) }),
        Document(
          name: "report.html", content: bytes { try HTMLReport.document(results, version: version) }
        ),
        Document(
          name: "results.json", content: bytes { ResultsJSON.document(results, version: version) }),
      ], to: directory)
  }

  /// A file of a report.
  struct Document {
    typealias Content = (OutputFile) throws -> Void

    var name: String
    /// Writes what is in it.
    var content: Content
  }

  /// Writes files that belong together, all aside first; the last named is the last to appear.
  static func write(_ documents: [Document], to directory: String) throws {
    try makeDirectory(directory)
    var files: [OutputFile] = []
    for document in documents {
      let file = try OutputFile(path: directory + "/" + document.name)
      try document.content(file)
      try file.finish()
      files.append(file)
    }
    // Where a report stood before, it is none until the new one is whole.
    if let last = documents.last { try removeFile(directory + "/" + last.name) }
    for file in files { try file.commit() }
  }
}
