import Diagnostics
import Quantities
import Streams
import Trace

/// What a reader makes of one file: one rank, not yet fitted into a job.
struct RankCapture {
  /// The file, as the user named it.
  var path: String
  /// The rank's number, where the content says.
  var rank: RankID?
  /// How the number is known, where it is.
  var rankSource = "content"
  /// The number in the file's name, where the format has a place for it there.
  var namedRank: RankID?
  /// The size of the job, where the content says.
  var worldSize: Int?
  /// The groups that the rank's communications name by index.
  var groups: [CapturedGroup]
  /// The rank's events; its number is a placeholder until the job is known.
  var trace: RankTrace
  /// Communications whose group the capture does not tell: they are on the default group for want of
  /// it. By index.
  var groupless: Set<Int> = []
  /// What reading had to assume.
  var assumptions: [Assumption]
  /// What reading found.
  var log: DiagnosticLog
  /// Of a Chakra trace what its reader counted.
  var chakra: ChakraTally?
  /// Its places in groups of which the capture lists no members, by the groups' names.
  var seats: [String: CommunicatorSeat] = [:]

  /// Takes it for rank 0 for want of a number.
  mutating func assumeFirstRank() {
    rank = RankID(0)
    rankSource = "assumed"
    assumptions.append(
      Assumption("rank", "\(lastComponent(path)) does not say its rank; taken for rank 0"))
  }
}

/// A process group as one rank's capture knows it.
struct CapturedGroup: Equatable {
  var name: String
  var purpose: String
  /// `nil` where the capture says no ranks, or cut the list.
  var ranks: [RankID]?
  /// Whether it stands for all ranks of the job, whatever their number.
  var isWorld = false

  /// Takes from another what this one lacks.
  mutating func complete(from other: CapturedGroup) {
    if ranks == nil { ranks = other.ranks }
    if purpose.isEmpty { purpose = other.purpose }
    if ranks == nil, other.isWorld { isWorld = true }
  }

  /// All ranks of the job.
  static let world = CapturedGroup(name: "0", purpose: "default_pg", ranks: nil, isWorld: true)

  /// What a capture says a group is for, empty where it says nothing.
  static func purpose(_ description: String?) -> String {
    description == "undefined" ? "" : description ?? ""
  }

  /// The default group goes by several names; all mean the one that PyTorch numbers 0.
  static func identity(_ name: String) -> String {
    ["", "undefined", "default_pg"].contains(name) ? "0" : name
  }
}
