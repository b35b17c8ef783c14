import Diagnostics
import Fabric
import Trace

/// Where each rank of a job runs.
public struct Placement: Sendable {
  /// What reports call it: the policy's name, or the file's.
  public let name: String
  /// For each rank the number of its GPU.
  public let gpuOfRank: [Int]

  /// Checks and makes a placement.
  ///
  /// - Throws: a `Diagnostic` where two ranks are on one GPU or one is outside the fabric.
  init(name: String, gpuOfRank: [Int], on fabric: Fabric) throws {
    var rankOfGPU: [Int: Int] = [:]
    for (rank, gpu) in gpuOfRank.enumerated() {
      guard (0..<fabric.gpuCount).contains(gpu) else {
        throw Diagnostic(
          .fabricTooSmall,
          "rank \(rank) is placed on GPU \(gpu), and fabric '\(fabric.name)' has "
            + "\(fabric.gpuCount) GPUs")
      }
      if let other = rankOfGPU.updateValue(rank, forKey: gpu) {
        throw Diagnostic(
          .placementConflict,
          "ranks \(other) and \(rank) are both placed on \(fabric.gpuName(gpu))",
          remedy: "give each rank a GPU of its own")
      }
    }
    self.name = name
    self.gpuOfRank = gpuOfRank
  }
}
