import Diagnostics
import Trace

/// A node of a Chakra trace, whatever it was written in: what it is, when, and what it waits for.
struct ChakraOperation {
  /// What a node does.
  enum Work: Equatable {
    case metadata, memory, compute, send, receive, collective
    /// A kind of node that this version does not know, by its number.
    case other(Int)
  }

  var id: UInt64
  var name: Int32
  var work: Work
  /// Where its record stands.
  var place: SourceLocation
  /// Ids of what it waits for: by data, and by control.
  var dataDependencies: [UInt64] = []
  var controlDependencies: [UInt64] = []
  /// In nanoseconds; `nil` where none is given.
  var start: Int64?
  var duration: Int64?
  var attributes = ChakraAttributes()
}

/// What the attributes of a node say that anything here asks for.
struct ChakraAttributes {
  /// The value of an attribute, in whichever of the many types it was written.
  enum Value {
    case integer(Int64)
    case flag(Bool)
    case text(String)
    /// A number with a fraction, a number beyond 64 bits, a list.
    case other
  }

  /// Names of attributes that only this project writes; other tools pass over them.
  enum Own {
    static let duration = "refract.duration_ns"
    static let sequence = "refract.sequence"
    static let root = "refract.root"
    static let lag = "refract.lag"
    static let label = "refract.label"
  }

  var isHost = false
  var collective: Int64?
  var size: Int64?
  var source: Int64?
  var destination: Int64?
  var tag: Int64?
  var group: String?
  var stream: Int64?
  var thread: Int64?
  var duration: Int64?
  var sequence: Int64?
  var root: Int64?
  var label: String?
  var isLag = false

  private static func integer(named name: String) -> WritableKeyPath<ChakraAttributes, Int64?>? {
    switch name {
    case "comm_type": \.collective
    case "comm_size": \.size
    case "comm_src": \.source
    case "comm_dst": \.destination
    case "comm_tag": \.tag
    case "stream": \.stream
    case "tid": \.thread
    case Own.duration: \.duration
    case Own.sequence: \.sequence
    case Own.root: \.root
    default: nil
    }
  }

  /// Takes an attribute in; one that nothing here asks for is passed over.
  ///
  /// - Returns: what is wrong with it in a clause, `nil` where nothing is.
  mutating func set(_ name: String, _ value: Value) -> String? {
    if let path = Self.integer(named: name) {
      guard let number = value.integer else { return "'\(name)' is no whole number of 64 bits" }
      self[keyPath: path] = number
      return nil
    }
    switch name {
    case "is_cpu_op": isHost = (value.integer ?? 0) != 0
    case Own.lag: isLag = (value.integer ?? 0) != 0
    case Own.label: label = value.text
    case "pg_name":
      guard let text = value.text else { return "'pg_name' is neither a text nor a number" }
      group = text
    default: break
    }
    return nil
  }
}

extension ChakraAttributes.Value {
  fileprivate var integer: Int64? {
    switch self {
    case .integer(let number): number
    case .flag(let flag): flag ? 1 : 0
    case .text, .other: nil
    }
  }

  fileprivate var text: String? {
    switch self {
    case .integer(let number): String(number)
    case .text(let text): text
    case .flag, .other: nil
    }
  }
}

extension ChakraOperation {
  /// The kind of its collective, by Chakra's numbers. A block-wise reduce-scatter moves the same
  /// bytes as any other.
  static func kind(ofCollective number: Int64) -> CollectiveKind? {
    switch number {
    case 0: .allReduce
    case 1: .reduce
    case 2: .allGather
    case 3: .gather
    case 4: .scatter
    case 5: .broadcast
    case 6: .allToAll
    case 7, 8: .reduceScatter
    case 9: .barrier
    default: nil
    }
  }

  /// What is impossible about it, in a clause; `nil` where nothing is.
  var fault: String? {
    if let duration, duration > longestTraceNanoseconds { return "lasts more than 11 days" }
    if let own = attributes.duration, !(0...longestTraceNanoseconds ~= own) {
      return "lasts \(own) ns"
    }
    guard [.send, .receive, .collective].contains(work) else { return nil }
    if let size = attributes.size, !(0...Communication.largestSize ~= size) {
      return "comm_size \(size) is no size of a message"
    }
    if work == .collective {
      if let number = attributes.collective, Self.kind(ofCollective: number) == nil {
        return "comm_type \(number) is no collective known here"
      }
      return nil
    }
    let ranks = [("comm_src", attributes.source), ("comm_dst", attributes.destination)]
    for (name, rank) in ranks {
      if let rank, !(0..<Int64(maximumWorldSize) ~= rank) { return "\(name) \(rank) is no rank" }
    }
    let peer = work == .send ? ranks[1] : ranks[0]
    return peer.1 == nil ? "\(peer.0) is missing" : nil
  }
}
