import Quantities
import Study

/// Collectives by kind and purpose, each on every scenario.
struct CollectivesView {
  struct Row {
    let scenario: String
    let cells: [Cell]
    let bottleneck: String
  }

  struct Kind {
    let title: String
    let algorithm: String
    let purpose: String
    let count: Cell
    let captured: Cell
    let rows: [Row]
  }

  /// Kinds that are shown; the rest are in `collectives.csv`.
  private static let limit = 6
  /// Rows from which on the table is folded.
  private static let foldsAbove = 30

  let isEmpty: Bool
  let kinds: [Kind]
  let isFolded: Bool
  let isOpen: Bool
  let more: String

  init(_ section: TraceScenarios) {
    let summaries = section.results.map(\.collectiveSummaries)
    let leading = summaries[0].prefix(Self.limit)
    kinds = leading.indices.map { Self.kind(section, summaries, $0) }
    isEmpty = kinds.isEmpty
    isFolded = kinds.count * section.results.count > Self.foldsAbove
    isOpen = !isFolded
    let rest = summaries[0].count - leading.count
    more =
      rest > 0 ? "\(Wording.count(rest, "more kind")) of less transfer time not shown." : ""
  }

  private static func kind(
    _ section: TraceScenarios, _ summaries: [[CollectiveSummary]], _ number: Int
  ) -> Kind {
    let model = summaries[0][number]
    func at(_ key: String) -> String { section.at(0, "collective_summaries/\(number)/\(key)") }
    return Kind(
      title: model.title.replacing("_", with: "-"), algorithm: model.algorithm,
      purpose: model.groups > 1 ? "\(model.purpose) × \(model.groups)" : model.purpose,
      count: Cell(.count(model.count, at: at("count"))),
      captured: Cell(.time(model.captured, told: section.unit, at: at("captured_ns"))),
      rows: section.results.indices.compactMap { place in
        let mine = summaries[place].firstIndex {
          $0.title == model.title && $0.algorithm == model.algorithm
            && $0.purpose == model.purpose
        }
        return mine.map { row(section, place, $0, summaries[place][$0]) }
      })
  }

  private static func row(
    _ section: TraceScenarios, _ place: Int, _ number: Int, _ summary: CollectiveSummary
  ) -> Row {
    func at(_ key: String) -> String {
      section.at(place, "collective_summaries/\(number)/\(key)")
    }
    return Row(
      scenario: section.names[place],
      cells: [
        Cell(.time(summary.transfer, told: section.unit, at: at("transfer_ns"))),
        summary.busBandwidth.map {
          Cell(.decimal($0 / 1e9, digits: 1, at: at("mean_busbw_gbytes_per_s")))
        } ?? .dash,
        summary.contention.map { Cell(.decimal($0, digits: 2, at: at("most_contention"))) }
          ?? .dash,
      ], bottleneck: summary.bottleneck)
  }
}
