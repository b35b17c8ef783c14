/// What a Kineto file says of waiting: events recorded on streams, and streams and host threads that were
/// made to wait for them. Times in nanoseconds of the capture.
struct KinetoWaits {
  /// A call that recorded an event on a stream.
  struct Record {
    var start: Int64
    var correlation: Int64?
    var stream: Int64?
    var event: Int64?
  }

  /// A wait as the GPU's profiler tells it (`cuda_sync`), or a call that names its event itself.
  struct Wait {
    /// Who waits for what.
    enum Kind: Sendable {
      /// A stream for an event.
      case stream
      /// A host thread for an event, a stream, all streams.
      case hostForEvent, hostForStream, hostForAll

      /// By name: `Stream Wait Event`, `Event Sync`, `Stream Synchronize`, `Context Sync`, …
      init?(_ name: String) {
        if name.hasPrefix("Stream Wait") {
          self = .stream
        } else if name.hasPrefix("Event Sync") {
          self = .hostForEvent
        } else if name.hasPrefix("Stream Sync") {
          self = .hostForStream
        } else if name.hasPrefix("Context Sync") || name.hasPrefix("Device Sync") {
          self = .hostForAll
        } else {
          return nil
        }
      }
    }

    var kind: Kind
    var start: Int64
    /// The stream that waits, or is waited for.
    var stream: Int64?
    /// Of the call that made it wait.
    var correlation: Int64?
    /// Of the call that recorded the event; negative where the profiler did not see it.
    var record: Int64?
    /// The stream on which that was; negative likewise.
    var recordedStream: Int64?
    var event: Int64?
  }

  /// Calls that recorded events, in the order of the text.
  private(set) var records: [Record] = []
  /// Waits that the GPU's profiler tells.
  private(set) var waits: [Wait] = []
  /// Waits of calls that name their event themselves.
  private(set) var callWaits: [Wait] = []
  /// What `cuda_event` says of the record under a correlation id.
  private(set) var named: [Int64: (stream: Int64, event: Int64?)] = [:]

  /// Whether nothing waits.
  var isEmpty: Bool { waits.isEmpty && callWaits.isEmpty }

  /// Adds a wait.
  mutating func add(_ wait: Wait) { waits.append(wait) }

  /// Adds what a call of the runtime says of events.
  mutating func note(
    _ args: KinetoArguments, of role: KinetoCollector.RuntimeCall.Role, at start: Int64
  ) {
    switch role {
    case .records:
      records.append(
        Record(
          start: start, correlation: args.correlation, stream: args.stream,
          event: args.eventNumber))
    case .makesStreamWait, .waits:
      guard let event = args.eventNumber else { return }
      let isStream = role == .makesStreamWait
      guard !isStream || args.stream != nil else { return }
      callWaits.append(
        Wait(
          kind: isStream ? .stream : .hostForEvent, start: start, stream: args.stream,
          correlation: args.correlation, event: event))
    case .launches, .polls: return
    }
  }

  /// Adds on which stream the call under a correlation id recorded which event.
  mutating func name(correlation: Int64, stream: Int64, event: Int64?) {
    named[correlation] = (stream, event)
  }
}
