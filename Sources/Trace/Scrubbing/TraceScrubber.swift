/// Renames what a trace names, and keeps what it was.
struct TraceScrubber {
  /// Every text that was replaced or removed, each once of a kind, in order.
  private(set) var secrets: [Secret] = []
  private var known: Set<Secret> = []
  private var events = NeutralNames()
  private var hosts = NeutralNames()
  private var labels = NeutralNames()
  private var rules = NeutralNames()
  private var groupNames: NeutralGroups
  private let origins: [Int64]
  private let classes: KernelClassRules?

  init(_ trace: Trace, _ classes: KernelClassRules?) {
    self.classes = classes
    groupNames = NeutralGroups(trace)
    origins = NeutralClocks.origins(trace.ranks)
  }

  /// Notes what is replaced by something else, or by nothing.
  mutating func replace(_ text: String, by neutral: String?, _ kind: Secret.Kind) {
    guard text != neutral, !text.isEmpty else { return }
    let secret = Secret(text, kind)
    if known.insert(secret).inserted { secrets.append(secret) }
  }

  /// The groups, in their order.
  mutating func groups(_ groups: [ProcessGroup]) -> [ProcessGroup] {
    groups.map { group in
      let neutral = groupNames.group(group)
      replace(group.name, by: neutral.name, .group)
      replace(group.purpose, by: neutral.purpose, .purpose)
      return neutral
    }
  }

  /// The ranks, in their order.
  mutating func ranks(_ ranks: [RankTrace]) -> [RankTrace] {
    zip(ranks, origins).map { rank, origin in scrubbed(rank, origin: origin) }
  }

  private mutating func scrubbed(_ rank: RankTrace, origin: Int64) -> RankTrace {
    var neutral = rank
    neutral.originNanoseconds = origin
    replace(String(rank.originNanoseconds), by: String(origin), .date)
    if !NativeFormat.rankSources.contains(rank.rankSource) {
      neutral.rankSource = "manifest"
      replace(rank.rankSource, by: nil, .source)
    }
    neutral.host = rank.host.map { host in
      let name = hosts.name(of: host, word: NeutralWords.host)
      replace(host, by: name, .host)
      return name
    }
    neutral.device = nil
    if let device = rank.device { replace(device, by: nil, .device) }
    neutral.lanes = lanes(rank.lanes)
    neutral.communications = rank.communications.map { call($0) }
    rename(&neutral, from: rank)
    return neutral
  }

  /// Lanes by number, streams and threads each for themselves.
  private mutating func lanes(_ lanes: [Lane]) -> [Lane] {
    var names: [Lane.Kind: NeutralNames] = [:]
    return lanes.map { lane in
      let name = names[lane.kind, default: NeutralNames()].name(of: lane.name, word: "")
      replace(lane.name, by: name, .lane)
      return Lane(kind: lane.kind, name: name)
    }
  }

  private mutating func call(_ call: Communication) -> Communication {
    var neutral = call
    if let label = call.label, !NeutralWords.knownLabels.contains(label) {
      neutral.label = labels.name(of: label, word: NeutralWords.label)
      replace(label, by: neutral.label, .label)
    }
    if let source = call.assumedBy {
      neutral.assumedBy = rules.name(of: source, word: NeutralWords.rules)
      replace(source, by: neutral.assumedBy, .rules)
    }
    return neutral
  }

  /// Names the events anew. Marks of steps keep their numbers.
  private mutating func rename(_ rank: inout RankTrace, from original: RankTrace) {
    let steps = original.stepNumbers
    rank.names = NameTable()
    rank.events = EventTable()
    for index in original.events.indices {
      var event = original.events[index]
      let text = original.names[event.name]
      let name: String
      if event.kind == .step {
        name = NeutralWords.step + (steps[index].map { " \($0)" } ?? "")
      } else {
        let kind = event.communication.map { original.communications[$0].kind }
        name = events.name(
          of: text,
          word: NeutralWords.event(event.kind, kind, classes?.kernelClass(of: text) ?? .other))
      }
      replace(text, by: name, .event)
      event.name = rank.names.intern(name)
      rank.events.append(event)
    }
  }
}

extension RankTrace {
  /// Of the events that mark a step its number.
  fileprivate var stepNumbers: [Int: Int] {
    var numbers: [Int: Int] = [:]
    for index in events.indices where events.kind(index) == .step {
      numbers[index] = StepMark.number(inName: names[events[index].name])
    }
    return numbers
  }
}
