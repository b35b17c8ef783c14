import Quantities

/// Where an algorithm puts the bytes that its ranks send to each other.
protocol TrafficSink {
  /// Adds `bytes` from one rank to another; nothing for a rank to itself.
  ///
  /// - Parameter stage: bytes of a later stage are forwarded: their latency comes on top.
  mutating func add(_ bytes: Double, from source: Int, to target: Int, stage: Int)

  /// Adds `bytes` between a rank and its pod's switches, which add up or copy them.
  mutating func add(_ bytes: Double, of rank: Int, _ direction: SwitchDirection, stage: Int)

  /// Makes a stage's latency at least that; without it, it is that of its longest path.
  mutating func wait(_ latency: SimDuration, stage: Int)

  /// Says that nothing more is to come of a stage, so that it need not be kept apart.
  mutating func end(stage: Int)
}

/// Which way bytes go between a GPU and the switches of its pod.
enum SwitchDirection: Hashable {
  /// Into the switches.
  case up
  /// Out of them.
  case down
}

extension TrafficSink {
  mutating func add(_ bytes: Double, from source: Int, to target: Int) {
    add(bytes, from: source, to: target, stage: 0)
  }

  mutating func wait(_ latency: SimDuration, stage: Int) {}

  mutating func end(stage: Int) {}
}

/// Passes on all that comes with more bytes: flags that travel with data.
struct InflatedSink<Base: TrafficSink>: TrafficSink {
  /// Where it goes.
  var base: Base
  /// How many bytes travel for one.
  let factor: Double

  mutating func add(_ bytes: Double, from source: Int, to target: Int, stage: Int) {
    base.add(bytes * factor, from: source, to: target, stage: stage)
  }

  mutating func add(_ bytes: Double, of rank: Int, _ direction: SwitchDirection, stage: Int) {
    base.add(bytes * factor, of: rank, direction, stage: stage)
  }

  mutating func wait(_ latency: SimDuration, stage: Int) { base.wait(latency, stage: stage) }

  mutating func end(stage: Int) { base.end(stage: stage) }
}
