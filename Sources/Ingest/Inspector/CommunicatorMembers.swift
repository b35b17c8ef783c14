import Diagnostics
import Trace

/// The members of communicators that list none, from the places that the files of a job tell.
struct CommunicatorMembers {
  /// The members known, in order of their places, by the group's name.
  private(set) var lists: [String: [RankID]] = [:]
  private(set) var assumptions: [Assumption] = []
  private var ranks: [String: [Int: RankID]] = [:]

  private struct Seats {
    var size: Int
    var ranks: [Int: RankID] = [:]
    var paths: [Int: String] = [:]
  }

  /// - Parameter captures: the captures of a job, each with its number.
  /// - Throws: a `Diagnostic` where two ranks claim one place, or files differ in a group's size.
  init(_ captures: [(capture: RankCapture, rank: RankID)], worldSize: Int) throws {
    var groups: [String: Seats] = [:]
    for (capture, rank) in captures {
      for (name, seat) in capture.seats.sorted(by: { $0.key < $1.key }) {
        var seats = groups[name] ?? Seats(size: seat.size)
        guard seats.size == seat.size else {
          throw Diagnostic(
            .collectiveMismatch, at: SourceLocation(file: capture.path),
            "communicator \(seat.communicator) has \(seat.size) ranks here and \(seats.size) in "
              + "another file",
            remedy: "name files of one job only")
        }
        if let other = seats.paths.updateValue(capture.path, forKey: seat.rank) {
          throw Diagnostic(
            .duplicateRank, at: SourceLocation(file: capture.path),
            "is rank \(seat.rank) of communicator \(seat.communicator), and so is \(other)",
            remedy: "name one file a rank, all of one job")
        }
        seats.ranks[seat.rank] = rank
        groups[name] = seats
      }
    }
    for (name, seats) in groups.sorted(by: { $0.key < $1.key }) {
      settle(name, seats, worldSize: worldSize)
    }
  }

  private mutating func settle(_ name: String, _ seats: Seats, worldSize: Int) {
    var known = seats.ranks
    // Where every known place of all ranks is the rank's own number, so are the others.
    if seats.size == worldSize, known.allSatisfy({ $0.key == $0.value.index }) {
      for place in 0..<worldSize { known[place] = RankID(index: place) }
    }
    ranks[name] = known
    lists[name] = known.sorted { $0.key < $1.key }.map(\.value)
    guard known.count < seats.size else { return }
    assumptions.append(
      Assumption(
        "communicator-members",
        "group '\(name)' has \(seats.size) ranks, of which \(known.count) are known by their files; "
          + "it is taken for those"))
  }

  /// The rank at a place of a group.
  func rank(at place: Int, of group: String, for capture: RankCapture) throws -> RankID {
    if let rank = ranks[group]?[place] { return rank }
    throw Diagnostic(
      .groupUnknown, at: SourceLocation(file: capture.path),
      "communicates with rank \(place) of group '\(group)', whose file is not there",
      remedy: "name the files of all ranks")
  }
}
