import Diagnostics

/// A table for a terminal: columns as wide as their widest cell, numbers to the right.
struct TextTable {
  /// Where a column's cells stand.
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// A table with headings.
  init(_ columns: [(heading: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.heading)]
  }

  /// Whether there is nothing below the headings.
  var isEmpty: Bool { rows.count == 1 }

  /// Adds a row, one cell a column.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == alignments.count, "one cell a column")
    rows.append(cells.map(\.escapingControls))
  }

  /// The lines, without spaces at their ends.
  func lines(indent: String = "") -> [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(zip(row, widths), alignments).map { cell, alignment in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return alignment == .left ? cell.0 + padding : padding + cell.0
      }
      let line = indent + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
