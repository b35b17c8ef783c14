/// What becomes a pod of what Slurm knows.
public enum ImportedPod: String, Sendable, CaseIterable {
  /// The nodes below a leaf switch, or of a block.
  case `switch`
  /// Each node by itself.
  case node
}
