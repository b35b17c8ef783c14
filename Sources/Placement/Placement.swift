import Diagnostics
import Fabric
import Trace

/// Where each rank of a job runs.
public struct Placement: Sendable {
  /// What reports call it: the policy's word, or the file's name.
  public let name: String
  /// For each rank the number of its GPU.
  public let gpuOfRank: [Int]
  /// What the policy could not keep, a sentence each without a full stop.
  public let notes: [String]

  /// Checks and makes a placement.
  ///
  /// - Throws: a `Diagnostic` where two ranks are on one GPU, or one is outside the fabric or on a GPU
  ///   that can't be had.
  /// - Complexity: O(ranks + GPUs).
  init(name: String, gpuOfRank: [Int], notes: [String] = [], on seats: Seats) throws {
    let fabric = seats.fabric
    var rankOfGPU = [Int32?](repeating: nil, count: fabric.gpuCount)
    for (rank, gpu) in gpuOfRank.enumerated() {
      guard (0..<fabric.gpuCount).contains(gpu) else {
        throw Diagnostic(
          .fabricTooSmall,
          "rank \(rank) is placed on GPU \(gpu), and fabric '\(fabric.name)' has "
            + "\(fabric.gpuCount) GPUs")
      }
      if let other = rankOfGPU[gpu] {
        throw Diagnostic(
          .placementConflict,
          "ranks \(other) and \(rank) are both placed on \(fabric.gpuName(gpu))",
          remedy: "give each rank a GPU of its own")
      }
      try seats.requireFree(gpu, rank: rank, at: nil)
      rankOfGPU[gpu] = Int32(rank)
    }
    self.name = name
    self.gpuOfRank = gpuOfRank
    self.notes = notes
  }
}

extension Seats {
  /// Throws where a GPU can't be had.
  func requireFree(_ gpu: Int, rank: Int, at place: SourceLocation?) throws {
    guard taken.contains(gpu) || !Self.isUsable(gpu, fabric) else { return }
    throw Diagnostic(
      .placementConflict, at: place,
      "rank \(rank) is placed on \(fabric.gpuName(gpu)), which "
        + (taken.contains(gpu) ? "is taken" : "is out of order"),
      remedy: "give it another GPU")
  }
}
