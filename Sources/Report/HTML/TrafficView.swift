import Quantities
import Study
import Workload

/// Bytes from rank to rank: a heat map, and where it is small the numbers.
struct TrafficView {
  /// All cells of one shade, as one path.
  struct Shade {
    let level: Int
    let path: String
  }

  struct Tick {
    let position: String
    let label: String
  }

  struct TableRow {
    let label: String
    let cells: [Cell]
  }

  /// Shades of the map, from a trace of bytes to the most.
  static let levels = 6
  /// Up to so many rows the numbers are written out.
  private static let tableLimit = 16
  /// The side of the map, in its own units.
  private static let side = 300.0

  let isEmpty: Bool
  let shades: [Shade]
  let ticks: [Tick]
  let total: Figure
  let most: Cell
  let mostPair: String
  let sender: Cell
  let senderName: String
  let receiver: Cell
  let receiverName: String
  let isBinned: Bool
  let perCell: Int
  let cellCount: Int
  let legend: [Shade]
  let hasTable: Bool
  let headings: [String]
  let table: [TableRow]

  init(_ section: TraceScenarios) {
    self.init(section.results[0].traffic) { section.at(trace: "traffic/" + $0) }
  }

  /// - Parameter at: makes of a place within the traffic the place in the document beside the page.
  init(_ traffic: TrafficMatrix, at: (String) -> String) {
    let cells = traffic.bytes
    let peak = cells.flatMap(\.self).max() ?? 0
    isEmpty = peak <= 0
    shades = Self.shades(cells, peak: peak)
    ticks = Self.ticks(traffic)
    legend = (1...Self.levels).map { level in
      Shade(level: level, path: "M\((level - 1) * 16) 0h16v10h-16z")
    }
    total = .bytes(traffic.total, at: at("total_bytes"))
    let pair = Self.heaviest(cells)
    most = Cell(.bytes(peak, at: at("bytes/\(pair.row)/\(pair.column)")))
    mostPair = "\(Self.name(traffic, pair.row)) to \(Self.name(traffic, pair.column))"
    let sent = traffic.sent
    let top = sent.indices.max { (sent[$0], $1) < (sent[$1], $0) } ?? 0
    sender = Cell(
      .bytes(sent.isEmpty ? 0 : sent[top], at: at("sent_bytes/\(top)")))
    senderName = Self.name(traffic, top)
    let received = traffic.received
    let last = received.indices.max { (received[$0], $1) < (received[$1], $0) } ?? 0
    receiver = Cell(.bytes(received.isEmpty ? 0 : received[last], at: at("received_bytes/\(last)")))
    receiverName = Self.name(traffic, last)
    isBinned = traffic.ranksPerCell > 1
    perCell = traffic.ranksPerCell
    cellCount = cells.count
    hasTable = cells.count <= Self.tableLimit
    headings = hasTable ? cells.indices.map { Self.shortName(traffic, $0) } : []
    table = hasTable ? Self.table(traffic, at) : []
  }

  private static func heaviest(_ cells: [[Double]]) -> (row: Int, column: Int) {
    var best = (row: 0, column: 0)
    for (row, values) in cells.enumerated() {
      for (column, value) in values.enumerated() where value > cells[best.row][best.column] {
        best = (row, column)
      }
    }
    return best
  }

  static func name(_ traffic: TrafficMatrix, _ cell: Int) -> String {
    let ranks = traffic.ranks(ofCell: cell)
    return ranks.count == 1
      ? "rank \(ranks.lowerBound)" : "ranks \(ranks.lowerBound)–\(ranks.upperBound)"
  }

  private static func shortName(_ traffic: TrafficMatrix, _ cell: Int) -> String {
    let ranks = traffic.ranks(ofCell: cell)
    return ranks.count == 1
      ? "\(ranks.lowerBound)" : "\(ranks.lowerBound)–\(ranks.upperBound)"
  }

  /// The shade of a number of bytes; 0 for none.
  static func level(_ bytes: Double, peak: Double) -> Int {
    guard bytes > 0, peak > 0 else { return 0 }
    return min(levels, 1 + Int(bytes / peak * Double(levels) * (1 - 1e-9)))
  }

  /// Cells by shade, neighbours in a row as one rectangle.
  private static func shades(_ cells: [[Double]], peak: Double) -> [Shade] {
    guard !cells.isEmpty else { return [] }
    let size = side / Double(cells.count)
    var paths = Array(repeating: "", count: levels + 1)
    for (row, values) in cells.enumerated() {
      var start = 0
      while start < values.count {
        let shade = level(values[start], peak: peak)
        var end = start + 1
        while end < values.count, level(values[end], peak: peak) == shade { end += 1 }
        let (x, y, width) = (
          coordinate(Double(start) * size), coordinate(Double(row) * size),
          coordinate(Double(end - start) * size)
        )
        paths[shade] += "M\(x) \(y)h\(width)v\(coordinate(size))h-\(width)z"
        start = end
      }
    }
    return (1...levels).filter { !paths[$0].isEmpty }.map { Shade(level: $0, path: paths[$0]) }
  }

  private static func coordinate(_ value: Double) -> String {
    let text = fixedPoint(value, digits: 2)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  /// Up to eight or nine labels along a side.
  private static func ticks(_ traffic: TrafficMatrix) -> [Tick] {
    let count = traffic.bytes.count
    guard count > 0 else { return [] }
    var every = 1
    while count / every > 8 { every *= 2 }
    let size = side / Double(count)
    return stride(from: 0, to: count, by: every).map { cell in
      Tick(
        position: coordinate((Double(cell) + 0.5) * size),
        label: String(traffic.ranks(ofCell: cell).lowerBound))
    }
  }

  private static func table(
    _ traffic: TrafficMatrix, _ at: (String) -> String
  ) -> [TableRow] {
    traffic.bytes.enumerated().map { row, values in
      TableRow(
        label: shortName(traffic, row),
        cells: values.enumerated().map { column, value in
          value > 0
            ? Cell(.bytes(value, at: at("bytes/\(row)/\(column)"))) : .dash
        })
    }
  }
}
