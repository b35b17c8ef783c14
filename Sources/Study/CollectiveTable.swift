import Collectives
import Quantities
import Simulation
import Synchronization
import Trace
import Workload

/// The collectives of a scenario, a row each. Rows are put together when they are asked for: what is
/// stored is how each went, and what is alike only once.
public struct CollectiveTable: Sendable {
  /// A collective.
  public typealias Row = ScenarioResult.CollectiveRow

  /// What holds of all collectives that were the same on the links.
  struct Figures: Sendable {
    var wireBytes: Double
    var loneTime: SimDuration
    var crossesPods: Bool
    var bottleneck: String
  }

  struct Replay: Sendable {
    var instances: InstanceTable
    var groups: [ProcessGroup]
    var outcomes: CollectiveOutcomes
    var figures: [ObjectIdentifier: Figures]
    /// Summed up when that is first asked for: there may be millions.
    let sums = Sums()
  }

  /// What is found once for all who ask.
  final class Sums: Sendable {
    private let found = Mutex<[CollectiveSummary]?>(nil)

    func value(_ find: () -> [CollectiveSummary]) -> [CollectiveSummary] {
      found.withLock { known in
        if let known { return known }
        let value = find()
        known = value
        return value
      }
    }
  }

  private enum Storage: Sendable {
    case replay(Replay)
    case rows([Row])
  }

  private var storage: Storage

  /// The collectives of a replay.
  init(_ replay: Replay) { storage = .replay(replay) }

  /// Rows as they are.
  public init(_ rows: [Row] = []) { storage = .rows(rows) }

  private static func row(_ position: Int, of replay: Replay) -> Row {
    let instance = replay.instances[position]
    let group = replay.groups[instance.group]
    let outcome = replay.outcomes[position]
    let figures = outcome.lowered.flatMap { replay.figures[ObjectIdentifier($0)] }
    let metrics = CollectiveMetrics(instance, size: group.ranks.count, time: outcome.transferTime)
    return Row(
      instance: instance, group: group, outcome: outcome,
      logicalBytes: instance.logicalBytes(size: group.ranks.count),
      wireBytes: figures?.wireBytes ?? 0, loneTime: figures?.loneTime ?? .zero,
      bandwidths: metrics.map { ($0.algorithmBandwidth, $0.busBandwidth) },
      crossesPods: figures?.crossesPods ?? false, bottleneck: figures?.bottleneck ?? "")
  }

  /// The collectives summed up by title, algorithm and purpose, the longest transfer first.
  ///
  /// - Complexity: O(groups) and the collectives of those that are not alike, once.
  var summaries: [CollectiveSummary] {
    if case .replay(let replay) = storage {
      return replay.sums.value { CollectiveSummary.all(self) }
    }
    return CollectiveSummary.all(self)
  }

  /// How many of the collectives rules supplied.
  ///
  /// - Complexity: O(groups) and the collectives that are no other group's.
  var assumedCount: Int {
    guard case .replay(let replay) = storage else {
      return count { $0.instance.assumedBy != nil }
    }
    let ofList = replay.instances.distinctLists.map { $0.count { $0.assumedBy != nil } }
    return (0..<replay.instances.groupCount).reduce(0) {
      $0 + ofList[replay.instances.list(ofGroup: $1)]
    }
  }

  /// The collectives of one group after the other: their numbers, and what only groups share whose
  /// collectives are alike and went alike.
  var byGroup: [(range: Range<Int>, likeness: Likeness)] {
    switch storage {
    case .replay(let replay):
      return (0..<replay.instances.groupCount).map { group in
        (
          replay.instances.range(ofGroup: group),
          Likeness(
            list: replay.instances.list(ofGroup: group),
            outcome: replay.outcomes.likeness(ofGroup: group),
            size: replay.groups[group].ranks.count)
        )
      }
    case .rows(let rows):
      var runs: [(range: Range<Int>, likeness: Likeness)] = []
      for (number, row) in rows.enumerated() {
        if let last = runs.last, rows[last.range.lowerBound].instance.group == row.instance.group {
          runs[runs.count - 1].range = last.range.lowerBound..<number + 1
        } else {
          runs.append((number..<number + 1, Likeness(list: runs.count, outcome: 0, size: 0)))
        }
      }
      return runs
    }
  }

  /// What groups have in common whose collectives are alike and went alike.
  struct Likeness: Hashable {
    var list: Int
    var outcome: Int
    var size: Int
  }

  /// Makes all rows, so that they can be changed.
  private mutating func materialize() -> [Row] {
    switch storage {
    case .rows(let rows):
      storage = .rows([])
      return rows
    case .replay(let replay): return replay.instances.indices.map { Self.row($0, of: replay) }
    }
  }
}

extension CollectiveTable: RandomAccessCollection, MutableCollection {
  /// 0.
  public var startIndex: Int { 0 }

  /// The number of collectives.
  public var endIndex: Int {
    switch storage {
    case .rows(let rows): rows.count
    case .replay(let replay): replay.instances.count
    }
  }

  /// A row. O(log groups), and its split matrix where it has one.
  public subscript(position: Int) -> Row {
    get {
      switch storage {
      case .rows(let rows): rows[position]
      case .replay(let replay): Self.row(position, of: replay)
      }
    }
    set {
      var rows = materialize()
      rows[position] = newValue
      storage = .rows(rows)
    }
  }
}

extension CollectiveTable: RangeReplaceableCollection {
  /// No collectives.
  public init() { self.init([]) }

  /// Puts others in the place of some; all rows are made for that.
  public mutating func replaceSubrange(
    _ subrange: Range<Int>, with newElements: some Collection<Row>
  ) {
    var rows = materialize()
    rows.replaceSubrange(subrange, with: newElements)
    storage = .rows(rows)
  }
}

extension CollectiveTable: ExpressibleByArrayLiteral {
  /// Rows as they are.
  public init(arrayLiteral elements: Row...) { self.init(elements) }
}
