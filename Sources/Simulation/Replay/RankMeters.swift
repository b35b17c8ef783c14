import Quantities

/// A stopwatch over simulated time.
struct Stopwatch {
  private var total: Int64 = 0
  private var since: Int64?

  /// Runs from now on, or rests.
  mutating func set(running: Bool, at now: SimTime) {
    if running {
      if since == nil { since = now.picoseconds }
    } else if let start = since {
      total += now.picoseconds - start
      since = nil
    }
  }

  var elapsed: SimDuration { SimDuration(picoseconds: total) }
}

/// What a rank is doing, counted, and a stopwatch for each of the four parts of its time, each on
/// its own predicate.
struct RankMeters {
  private var computing: Int32 = 0
  private var transferring: Int32 = 0
  private var missing: Int32 = 0
  private var compute = Stopwatch()
  private var exposedTransfer = Stopwatch()
  private var waiting = Stopwatch()
  private var lag = Stopwatch()
  /// Slots of groups with a collective in flight, in order of arrival, those of one instant in their own;
  /// `Self.local` within the rank.
  private var inFlight: [(slot: Int32, since: SimTime)] = []
  /// Exposed transfer by the slot of the group that was in flight first, each where it first is.
  private(set) var exposedBySlot: [(slot: Int32, total: SimDuration)] = []
  /// The slot to which exposed transfer is put down now, and since when.
  private var owner: Int32?
  private var ownedSince = SimTime.origin

  /// In the place of a slot for communication within a rank.
  static let local: Int32 = -1

  /// The window opens.
  mutating func open(at now: SimTime) { update(now) }

  /// The window closes.
  mutating func close(at now: SimTime) {
    compute.set(running: false, at: now)
    exposedTransfer.set(running: false, at: now)
    waiting.set(running: false, at: now)
    lag.set(running: false, at: now)
    putDown(to: nil, at: now)
  }

  mutating func changeComputing(by step: Int32, at now: SimTime) {
    computing += step
    update(now)
  }

  mutating func beginTransferring(_ slot: Int32, at now: SimTime) {
    transferring += 1
    var place = inFlight.count
    while place > 0, inFlight[place - 1].since == now, inFlight[place - 1].slot > slot {
      place -= 1
    }
    inFlight.insert((slot, now), at: place)
    update(now)
  }

  mutating func endTransferring(_ slot: Int32, at now: SimTime) {
    transferring -= 1
    if let place = inFlight.firstIndex(where: { $0.slot == slot }) { inFlight.remove(at: place) }
    update(now)
  }

  mutating func changeMissing(by step: Int32, at now: SimTime) {
    missing += step
    update(now)
  }

  private mutating func update(_ now: SimTime) {
    compute.set(running: computing > 0, at: now)
    exposedTransfer.set(running: computing == 0 && transferring > 0, at: now)
    waiting.set(running: computing == 0 && transferring == 0 && missing > 0, at: now)
    lag.set(running: computing == 0 && transferring == 0 && missing == 0, at: now)
    putDown(to: computing == 0 ? inFlight.first?.slot : nil, at: now)
  }

  /// From now on exposed transfer is put down to `next`.
  private mutating func putDown(to next: Int32?, at now: SimTime) {
    guard next != owner else { return }
    // What begins and ends at one instant leaves no trace of the order of its events.
    if let owner, now > ownedSince {
      let span = now - ownedSince
      if let place = exposedBySlot.firstIndex(where: { $0.slot == owner }) {
        exposedBySlot[place].total += span
      } else {
        exposedBySlot.append((owner, span))
      }
    }
    owner = next
    ownedSince = now
  }

  var parts: TimeParts {
    var parts = TimeParts()
    parts.compute = compute.elapsed
    parts.exposedTransfer = exposedTransfer.elapsed
    parts.waiting = waiting.elapsed
    parts.lag = lag.elapsed
    return parts
  }
}
