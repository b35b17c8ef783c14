import Diagnostics
import Fabric
import Trace

/// The ranks of a file that says of each where it is, line by line.
struct RankTable {
  private let path: String
  private let seats: Seats
  private var gpuOfRank: [Int?]
  private var rankOfGPU: [Int?]

  init(path: String, worldSize: Int, seats: Seats) {
    self.path = path
    self.seats = seats
    gpuOfRank = Array(repeating: nil, count: worldSize)
    rankOfGPU = Array(repeating: nil, count: seats.fabric.gpuCount)
  }

  /// Throws where the job has no such rank.
  static func check(_ rank: Int, _ worldSize: Int, path: String, line: Int) throws {
    guard (0..<worldSize).contains(rank) else {
      throw Diagnostic(
        .malformedPlacement, at: SourceLocation(file: path, line: line),
        "rank \(rank) is not one of the job's \(worldSize) ranks",
        remedy: "ranks count from 0; remove the line")
    }
  }

  /// Takes in what a line says.
  ///
  /// - Throws: a `Diagnostic` where the job has no such rank, the rank has a GPU, or another has this.
  mutating func add(_ rank: Int, _ gpu: Int, line: Int) throws {
    let place = SourceLocation(file: path, line: line)
    try Self.check(rank, gpuOfRank.count, path: path, line: line)
    guard gpuOfRank[rank] == nil else {
      throw Diagnostic(
        .malformedPlacement, at: place, "rank \(rank) is placed a second time",
        remedy: "give each rank one line")
    }
    if let other = rankOfGPU[gpu] {
      throw Diagnostic(
        .placementConflict, at: place,
        "ranks \(other) and \(rank) are both placed on \(seats.fabric.gpuName(gpu))",
        remedy: "give each rank a GPU of its own")
    }
    try seats.requireFree(gpu, rank: rank, at: place)
    gpuOfRank[rank] = gpu
    rankOfGPU[gpu] = rank
  }

  /// The GPUs of all ranks.
  ///
  /// - Throws: a `Diagnostic` where one is missing.
  func gpus() throws -> [Int] {
    let missing = gpuOfRank.indices.filter { gpuOfRank[$0] == nil }
    guard missing.isEmpty else {
      throw Diagnostic(
        .placementIncomplete, at: SourceLocation(file: path),
        "no GPU is given for \(rankList(missing.map(RankID.init(index:)))) of \(gpuOfRank.count)",
        remedy: "add a line for each rank")
    }
    return gpuOfRank.compactMap(\.self)
  }
}
