import JSON

extension KinetoCollector {
  /// An operation or annotation on a host thread; 40 bytes, for most carry no arguments.
  struct HostSpan {
    var thread: Int64
    var start: Int64
    var duration: Int64
    var name: Int32
    private var keptArguments: Arguments?

    private final class Arguments {
      let node: JSONNode

      init(_ node: JSONNode) { self.node = node }
    }

    init(thread: Int64, start: Int64, duration: Int64, name: Int32, args: JSONNode? = nil) {
      self.thread = thread
      self.start = start
      self.duration = duration
      self.name = name
      self.args = args
    }

    /// The whole event, for those whose arguments say what they communicate.
    var args: JSONNode? {
      get { keptArguments?.node }
      set { keptArguments = newValue.map(Arguments.init) }
    }

    var end: Int64 { start + duration }

    /// Whether the arguments of an operation of this name say what it communicates.
    static func keepsArguments(named name: String) -> Bool {
      name.hasPrefix("c10d::") || name.hasPrefix("gloo:") || name.hasPrefix(LegacyCall.prefix)
    }
  }
}
