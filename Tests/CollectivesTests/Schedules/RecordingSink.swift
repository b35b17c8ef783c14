import Quantities

@testable import Collectives

/// Keeps what a lowering has ranks send, pair by pair.
struct RecordingSink: TrafficSink {
  /// Bytes from rank to rank.
  private(set) var bytes: [[Double]]
  /// Bytes of each rank into switches, and out of them.
  private(set) var up: [Double]
  private(set) var down: [Double]

  init(ranks: Int) {
    bytes = Array(repeating: Array(repeating: 0, count: ranks), count: ranks)
    up = Array(repeating: 0, count: ranks)
    down = up
  }

  mutating func add(_ bytes: Double, from source: Int, to target: Int, stage: Int) {
    if source != target { self.bytes[source][target] += bytes }
  }

  mutating func add(_ bytes: Double, of rank: Int, _ direction: SwitchDirection, stage: Int) {
    if direction == .up { up[rank] += bytes } else { down[rank] += bytes }
  }
}
