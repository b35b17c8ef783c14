/// Squares that stand for the GPUs of a pod, in rows; nodes set apart by gaps.
struct GPUGrid: Equatable {
  /// GPUs a row.
  let columns: Int
  /// The number of rows.
  let rows: Int
  /// Width and height of a square together with the gap behind it.
  let cell: Double
  /// Squares that are drawn.
  let squares: Int
  /// GPUs that one square stands for.
  let gpusPerSquare: Int
  /// After how many squares of a row a gap tells nodes apart.
  let group: Int?

  /// Width of a gap between nodes.
  static let gap = 6.0
  private static let cells = [44.0, 34, 28, 22, 18, 14, 11, 9]
  private static let mostSquares = 1024

  /// The grid with the largest squares that fits.
  ///
  /// Rows are of equal length, and whole nodes or whole parts of one, where the numbers allow it.
  init(gpus: Int, gpusPerNode: Int?, width: Double, height: Double) {
    gpusPerSquare = (gpus + Self.mostSquares - 1) / Self.mostSquares
    let squares = (gpus + gpusPerSquare - 1) / gpusPerSquare
    self.squares = squares
    let node = gpusPerSquare == 1 ? gpusPerNode.flatMap { $0 < gpus && $0 > 1 ? $0 : nil } : nil
    let ragged = Self.raggedCell(squares, width: width, height: height)
    for cell in Self.cells where cell * 1.8 >= ragged {
      for node in node == nil ? [nil] : [node, nil] {
        guard
          let columns = Self.columns(squares, node, cell: cell, width: width, height: height)
        else { continue }
        self.columns = columns
        rows = squares / columns
        self.cell = cell
        group = node.flatMap { columns % $0 == 0 ? $0 : nil }
        return
      }
    }
    // Few divisors, or none: the last row is shorter.
    let most = max(1, Int(width / ragged))
    rows = (squares + most - 1) / most
    columns = (squares + rows - 1) / rows
    cell = ragged
    group = nil
  }

  /// The largest squares that fit in rows of any length.
  private static func raggedCell(_ squares: Int, width: Double, height: Double) -> Double {
    let fitting = cells.first { cell in
      let most = max(1, Int(width / cell))
      return Double((squares + most - 1) / most) * cell <= height
    }
    return fitting ?? cells[cells.count - 1]
  }

  private static func columns(
    _ squares: Int, _ node: Int?, cell: Double, width: Double, height: Double
  ) -> Int? {
    let most = Int(width / cell)
    let least = squares <= most ? squares : max(1, most * 6 / 10)
    guard least <= most else { return nil }
    return (least...most).reversed().first { columns in
      guard squares % columns == 0, Double(squares / columns) * cell <= height else { return false }
      guard let node else { return true }
      guard columns % node == 0 else { return node % columns == 0 }
      return Double(columns) * cell + Double(columns / node - 1) * gap <= width
    }
  }

  /// Where a square's left edge is.
  func x(_ square: Int) -> Double {
    let column = square % columns
    return Double(column) * cell + Double(group.map { column / $0 } ?? 0) * Self.gap
  }

  /// Where its upper edge is.
  func y(_ square: Int) -> Double { Double(square / columns) * cell }

  /// What is drawn of a cell: all but the gap behind it.
  var side: Double { cell - max(1.5, cell / 8) }

  /// The width of all columns.
  var width: Double { x(columns - 1) + side }

  /// The height of all rows.
  var height: Double { Double(rows - 1) * cell + side }
}
