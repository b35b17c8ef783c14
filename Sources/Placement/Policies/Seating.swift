import Trace

/// A placement in the making: which rank has which seat.
struct Seating {
  /// The seats.
  let seats: Seats
  /// For each rank its seat.
  private(set) var seatOfRank: [Int?]
  private var isTaken: [Bool]

  init(_ seats: Seats, ranks: Int) {
    self.seats = seats
    seatOfRank = Array(repeating: nil, count: ranks)
    isTaken = Array(repeating: false, count: seats.free.count)
  }

  /// Whether nobody has a seat yet.
  func isFree(_ seat: Int) -> Bool { !isTaken[seat] }

  /// Whether a rank has a seat.
  func isSeated(_ rank: Int) -> Bool { seatOfRank[rank] != nil }

  /// Gives a seat that nobody has to a rank that has none.
  mutating func seat(_ rank: Int, at seat: Int) {
    precondition(!isTaken[seat] && seatOfRank[rank] == nil, "a seat a rank")
    seatOfRank[rank] = seat
    isTaken[seat] = true
  }

  /// Gives the ranks without a seat those that are left, both in order.
  ///
  /// - Returns: how many ranks.
  mutating func seatTheRest() -> Int {
    let rest = seatOfRank.indices.filter { seatOfRank[$0] == nil }
    var next = 0
    for rank in rest {
      while isTaken[next] { next += 1 }
      seat(rank, at: next)
    }
    return rest.count
  }

  /// The GPUs of all ranks, each of which has a seat.
  var gpus: [Int] { seatOfRank.compactMap { $0.map { seats.free[$0] } } }
}
