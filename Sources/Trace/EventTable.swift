public import Quantities

/// The events of a rank in columns, ordered by start.
public struct EventTable: Sendable, Equatable {
  private var kinds: [EventKind] = []
  private var lanes: [Int32] = []
  private var starts: [SimTime] = []
  private var durations: [SimDuration] = []
  private var names: [Int32] = []
  private var launches: [Int32] = []
  private var communications: [Int32] = []

  /// In a column of indices, "none".
  public static let none: Int32 = -1

  /// No events.
  public init() {}

  /// Events in columns of one length, ordered by start; `none` where an event has no launch or
  /// communication.
  public init(
    kinds: [EventKind], lanes: [Int32], starts: [SimTime], durations: [SimDuration],
    names: [Int32], launches: [Int32], communications: [Int32]
  ) {
    self.kinds = kinds
    self.lanes = lanes
    self.starts = starts
    self.durations = durations
    self.names = names
    self.launches = launches
    self.communications = communications
  }

  /// The number of events.
  public var count: Int { kinds.count }

  /// The indices of all events.
  public var indices: Range<Int> { 0..<kinds.count }

  /// One event. O(1).
  public subscript(index: Int) -> TraceEvent {
    TraceEvent(
      kind: kinds[index], lane: Int(lanes[index]), start: starts[index],
      duration: durations[index], name: names[index],
      launchedBy: Self.optional(launches[index]),
      communication: Self.optional(communications[index]))
  }

  /// Adds an event behind all others. Amortised O(1).
  public mutating func append(_ event: TraceEvent) {
    kinds.append(event.kind)
    lanes.append(Int32(event.lane))
    starts.append(event.start)
    durations.append(event.duration)
    names.append(event.name)
    launches.append(event.launchedBy.map(Int32.init) ?? Self.none)
    communications.append(event.communication.map(Int32.init) ?? Self.none)
  }

  /// The kind of an event, without the rest of it.
  public func kind(_ index: Int) -> EventKind { kinds[index] }

  /// What launched an event, without the rest of it.
  public func launch(of index: Int) -> Int? { Self.optional(launches[index]) }

  private static func optional(_ index: Int32) -> Int? { index == none ? nil : Int(index) }
}

/// Strings of one rank, each kept once and named by a number.
public struct NameTable: Sendable, Equatable {
  /// The strings, by number.
  public private(set) var strings: [String] = []
  private var numbers: [String: Int32] = [:]

  /// No strings.
  public init() {}

  /// The number of `text`, a new one where it is new.
  public mutating func intern(_ text: String) -> Int32 {
    if let number = numbers[text] { return number }
    let number = Int32(strings.count)
    strings.append(text)
    numbers[text] = number
    return number
  }

  /// The string numbered `number`.
  public subscript(number: Int32) -> String { strings[Int(number)] }
}
