/// Ranks as a person lists them: `rank 3`, `ranks 0-2, 5`.
public func rankList(_ ranks: [RankID]) -> String {
  var runs: [ClosedRange<Int32>] = []
  for rank in ranks.map(\.raw).sorted() {
    if let last = runs.last, last.upperBound + 1 == rank {
      runs[runs.count - 1] = last.lowerBound...rank
    } else {
      runs.append(rank...rank)
    }
  }
  let shown = runs.prefix(8).map {
    $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
  }
  let more = runs.count > 8 ? ", … (\(ranks.count) in all)" : ""
  return (ranks.count == 1 ? "rank " : "ranks ") + shown.joined(separator: ", ") + more
}
