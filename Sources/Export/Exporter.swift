public import Workload

/// Formats of other tools that a workload can be written in.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// Chakra execution traces, for ASTRA-sim.
  case chakra
  /// A GOAL schedule, for LogGOPSim.
  case goal
}

/// Writes workloads for other tools.
public enum Exporter {
  /// Writes the ranks of `workload` into `directory`, whole or not at all; an earlier export there is
  /// replaced.
  ///
  /// - Returns: what the format could not say, in sentences.
  /// - Throws: a `Diagnostic` where the directory holds anything else, or can't be written.
  public static func write(
    _ workload: Workload, as format: ExportFormat, to directory: String
  ) throws -> [String] {
    var output = try ExportDirectory(directory)
    let notes: ExportNotes
    switch format {
    case .chakra:
      var exporter = ChakraExporter(workload)
      try exporter.write(to: &output)
      notes = exporter.notes
    case .goal:
      var exporter = GoalExporter(workload)
      try exporter.write(to: &output)
      notes = exporter.notes
    }
    try output.commit()
    return notes.lines
  }
}
