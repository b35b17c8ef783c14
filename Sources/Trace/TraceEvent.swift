public import Quantities

/// What an event of a rank is.
public enum EventKind: String, Sendable, CaseIterable {
  /// A GPU kernel; communication where it carries a `Communication`.
  case kernel
  /// A GPU copy.
  case memcpy
  /// A GPU fill.
  case memset
  /// Work on a host thread.
  case hostOperation = "host_op"
  /// A host call that issues a GPU operation or a collective.
  case launch
  /// A host call that waits for the GPU.
  case synchronize
  /// A host thread that asks again and again whether the GPU is done, until the last of its queries began.
  case poll
  /// A host call that makes a GPU stream wait for an event of another.
  case streamWait = "stream_wait"
  /// A collective that a host thread carries out (gloo).
  case hostCollective = "host_collective"
  /// One training step, as the profiler marks it on a host thread; `name` ends in its number.
  case step

  /// Whether the GPU carries it out.
  public var isOnDevice: Bool { self == .kernel || self == .memcpy || self == .memset }
}

/// One event of a rank, as a value taken out of the columns.
public struct TraceEvent: Sendable, Equatable {
  /// What it is.
  public var kind: EventKind
  /// Index into the rank's lanes.
  public var lane: Int
  /// Start, from the rank's own origin.
  public var start: SimTime
  /// Duration; never negative.
  public var duration: SimDuration
  /// Its name, interned in the rank's `names`.
  public var name: Int32
  /// Index of the event that launched it.
  public var launchedBy: Int?
  /// Index into the rank's communications.
  public var communication: Int?

  /// An event.
  public init(
    kind: EventKind, lane: Int, start: SimTime, duration: SimDuration, name: Int32,
    launchedBy: Int? = nil, communication: Int? = nil
  ) {
    self.kind = kind
    self.lane = lane
    self.start = start
    self.duration = duration
    self.name = name
    self.launchedBy = launchedBy
    self.communication = communication
  }

  /// When it ends.
  public var end: SimTime { start + duration }
}

/// A FIFO of a rank: a GPU stream or a host thread.
public struct Lane: Hashable, Sendable {
  /// Which of the two.
  public enum Kind: String, Sendable {
    case stream, thread
  }

  /// Which of the two.
  public var kind: Kind
  /// Stream number or thread id, as the capture names it.
  public var name: String

  /// A lane.
  public init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }

  /// What tables call it: "stream 7".
  public var label: String { "\(kind.rawValue) \(name)" }
}
