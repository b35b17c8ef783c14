import Quantities
import Trace
import Workload

/// The messages of one member of a collective, by the plainest algorithm of each kind:
///
/// - all-reduce, reduce-scatter, all-gather: a ring in the group's order; a step's message waits for that
///   of the step before (Patarasuk and Yuan, JPDC 69(2), 2009);
/// - all-to-all: to each other member directly, the next one first;
/// - broadcast, reduce: a binomial tree at the root;
/// - gather, scatter: to or from the root directly;
/// - barrier: dissemination, one byte a message (Hensgen, Finkel and Manber, IJPP 17(1), 1988).
///
/// Messages of no bytes are left out at both ends.
struct GoalMessages {
  /// One message as this member sees it.
  struct Message {
    var isSend: Bool
    var bytes: Int64
    /// The other member's place in the group.
    var peer: Int
    /// Messages of this member that must be through.
    var after: [Int] = []
  }

  /// The messages, each behind what it waits for.
  private(set) var all: [Message] = []
  private let own: Int
  private let count: Int

  init(_ instance: CollectiveInstance, own: Int, count: Int, notes: inout ExportNotes) {
    self.own = own
    self.count = count
    if instance.injectionCap != nil { notes.capped += 1 }
    guard count > 1 else { return }
    let root = instance.root ?? 0
    switch (instance.kind, instance.payload) {
    case (.send, .buffer(let bytes)):
      add(isSend: own == 0, bytes.bytes, with: 1 - own)
    case (.allReduce, .buffer(let bytes)): addRing(bytes.bytes, steps: 2 * (count - 1))
    case (.reduceScatter, .buffer(let bytes)), (.allGather, .buffer(let bytes)):
      addRing(bytes.bytes, steps: count - 1)
    case (.broadcast, .buffer(let bytes)): addBroadcast(bytes.bytes, root: root)
    case (.reduce, .buffer(let bytes)): addReduce(bytes.bytes, root: root)
    case (.gather, .buffer(let bytes)), (.scatter, .buffer(let bytes)):
      addRooted(bytes.bytes, root: root, isGather: instance.kind == .gather)
    case (_, .matrix(.rows(let rows))): addExchange { rows[$0][$1] }
    case (_, .matrix(.uniform(let bytes))): addExchange { _, _ in Int64(bytes.rounded()) }
    case (_, .routed):
      let part = notes.size(of: instance, count: count) / Int64(count)
      addExchange { _, _ in part }
    case (.barrier, _): addDissemination()
    default: break
    }
  }

  @discardableResult
  private mutating func add(
    isSend: Bool, _ bytes: Int64, with peer: Int, after: [Int] = []
  ) -> Int? {
    guard bytes > 0 else { return nil }
    all.append(Message(isSend: isSend, bytes: bytes, peer: peer, after: after))
    return all.count - 1
  }

  /// Part `index` of as many as there are members, which differ by a byte at most.
  private func part(_ bytes: Int64, _ index: Int) -> Int64 {
    bytes / Int64(count) + (Int64(index) < bytes % Int64(count) ? 1 : 0)
  }

  private mutating func addRing(_ bytes: Int64, steps: Int) {
    let (next, previous) = ((own + 1) % count, (own + count - 1) % count)
    var received: Int?
    for step in 0..<steps {
      let sent = (own + 2 * count - step % count) % count
      let came = (sent + count - 1) % count
      add(isSend: true, part(bytes, sent), with: next, after: received.map { [$0] } ?? [])
      received =
        add(
          isSend: false, part(bytes, came), with: previous, after: received.map { [$0] } ?? [])
        ?? received
    }
  }

  private mutating func addExchange(_ bytes: (_ from: Int, _ to: Int) -> Int64) {
    for distance in 1..<count {
      let (to, from) = ((own + distance) % count, (own + count - distance) % count)
      add(isSend: true, bytes(own, to), with: to)
      add(isSend: false, bytes(from, own), with: from)
    }
  }

  private mutating func addRooted(_ bytes: Int64, root: Int, isGather: Bool) {
    guard own == root else {
      add(isSend: isGather, part(bytes, own), with: root)
      return
    }
    for peer in 0..<count where peer != root {
      add(isSend: !isGather, part(bytes, peer), with: peer)
    }
  }

  /// Places are counted from the root; a member hears from the one whose place lacks its lowest bit.
  private mutating func addBroadcast(_ bytes: Int64, root: Int) {
    let place = (own + count - root) % count
    func member(_ place: Int) -> Int { (place + root) % count }
    var bit = 1
    while bit < count, place & bit == 0 { bit <<= 1 }
    let heard = place == 0 ? nil : add(isSend: false, bytes, with: member(place - bit))
    bit >>= 1
    while bit > 0 {
      if place + bit < count {
        add(isSend: true, bytes, with: member(place + bit), after: heard.map { [$0] } ?? [])
      }
      bit >>= 1
    }
  }

  private mutating func addReduce(_ bytes: Int64, root: Int) {
    let place = (own + count - root) % count
    func member(_ place: Int) -> Int { (place + root) % count }
    var heard: [Int] = []
    var bit = 1
    while bit < count, place & bit == 0 {
      if place + bit < count, let message = add(isSend: false, bytes, with: member(place + bit)) {
        heard.append(message)
      }
      bit <<= 1
    }
    if place > 0 { add(isSend: true, bytes, with: member(place - bit), after: heard) }
  }

  private mutating func addDissemination() {
    var heard: Int?
    var distance = 1
    while distance < count {
      let before = heard.map { [$0] } ?? []
      add(isSend: true, 1, with: (own + distance) % count, after: before)
      heard = add(isSend: false, 1, with: (own + count - distance) % count, after: before)
      distance *= 2
    }
  }
}
