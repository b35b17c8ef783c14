public import Collectives
import Simulation
import Trace

/// How far a calibration covers what a scenario did.
public struct CalibrationUse: Sendable {
  /// The calibration.
  public var calibration: Calibration
  /// Collectives that move between ranks.
  public var collectives = 0
  /// Of these, how many are of a class that was measured.
  public var measured = 0
  /// Of those, how many lie beyond what was measured.
  public var extrapolated: Int { beyond.reduce(0) { $0 + $1.count } }
  /// Where they lie, by title and algorithm in order of first appearance.
  public var beyond: [Beyond] = []
  /// Titles and algorithms that were not measured at all, with how many collectives.
  public var unmeasured: [Beyond] = []
  /// Of those measured, how many are of a class with few samples or a poor fit.
  public var doubtful = 0
  /// Of those measured, how many are of a class whose times hold waiting for peers without a trace.
  public var waiting = 0

  /// Collectives of one title and algorithm that no measurement covers.
  public struct Beyond: Sendable, Equatable {
    /// The label, or the kind.
    public var title: String
    /// What they were lowered to.
    public var algorithm: String
    /// How many.
    public var count = 0
    /// Of these, with sizes, with members, across a tier of links beyond what was measured.
    public var sizes = 0, members = 0, tiers = 0
  }

  init(_ calibration: Calibration, rows: some Sequence<ScenarioResult.CollectiveRow>) {
    self.calibration = calibration
    for row in rows {
      let size = row.group.ranks.count
      guard size > 1, let lowered = row.outcome.lowered else { continue }
      collectives += 1
      let bytes = row.instance.bytesPerMember(size: size)
      guard
        let found = calibration.classOf(
          title: row.instance.title, algorithm: lowered.algorithm, bytesPerMember: bytes)
      else {
        Self.count(row, lowered, in: &unmeasured) { _ in }
        continue
      }
      measured += 1
      let sizes = found.isBeyond(bytesPerMember: bytes)
      let members = found.isBeyond(groupSize: size)
      let tiers = row.crossesPods && !found.crossesPods
      if sizes || members || tiers {
        Self.count(row, lowered, in: &beyond) {
          if sizes { $0.sizes += 1 }
          if members { $0.members += 1 }
          if tiers { $0.tiers += 1 }
        }
      }
      if found.fit.includesWaiting { waiting += 1 }
      if found.fit.samples < 4 || found.fit.tailError > 0.25 { doubtful += 1 }
    }
  }

  private static func count(
    _ row: ScenarioResult.CollectiveRow, _ lowered: LoweredCollective, in list: inout [Beyond],
    _ update: (inout Beyond) -> Void
  ) {
    let (title, algorithm) = (row.instance.title, lowered.algorithm)
    let place =
      list.firstIndex { $0.title == title && $0.algorithm == algorithm } ?? list.count
    if place == list.count { list.append(Beyond(title: title, algorithm: algorithm)) }
    list[place].count += 1
    update(&list[place])
  }

  /// What a result leans on because of it.
  public var text: String {
    var parts = [
      "\(measured) of \(collectives) collectives are of classes measured there",
      calibration.loss == .ends
        ? "rate that was lost there is laid to the ends, a time a byte"
        : "rate that was lost there is laid to the links, a share",
    ]
    if extrapolated > 0 {
      parts.append("\(extrapolated) lie beyond the sizes, group sizes or tiers measured")
    }
    if doubtful > 0 { parts.append("\(doubtful) rest on few samples or a poor fit") }
    if waiting > 0 {
      parts.append("captured times of \(waiting) hold waiting for peers without a trace")
    }
    return "collectives are calibrated on \(calibration.fabric) with \(calibration.trace): "
      + parts.joined(separator: "; ")
  }
}
