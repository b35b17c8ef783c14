import Diagnostics
import Trace

/// The calls of a step whose splits are lost.
struct LostCalls {
  private var count = 0
  private var first: (rank: RankID, call: String)?

  /// Notes one.
  mutating func note(_ rank: RankID, _ sizing: CollectiveSizing) {
    count += 1
    if first == nil {
      first = (rank, "group '\(sizing.group.label)', sequence \(sizing.sequence): all_to_all")
    }
  }

  /// Why the step can't be replayed; `nil` where nothing is lost.
  var refusal: Diagnostic? {
    guard let first else { return nil }
    return Diagnostic(
      .splitsLost,
      first.call + " on rank \(first.rank.raw): the capture lost its splits, and those of "
        + (count == 1 ? "no other call" : "\(count - 1) more call" + (count == 2 ? "" : "s"))
        + " of this step",
      remedy: "name the job's execution traces or splits files beside the capture, or replay lost "
        + "splits as even ones with --fill-lost even")
  }
}
