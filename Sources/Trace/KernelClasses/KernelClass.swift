/// What a compute kernel is bound by, told by its name.
public enum KernelClass: String, Sendable, CaseIterable {
  /// Matrix products and convolutions: bound by arithmetic.
  case gemm
  /// Attention: bound by arithmetic.
  case attention
  /// What reads and writes more than it computes, copies among it: bound by memory.
  case memoryBound = "memory_bound"
  /// What no rule names.
  case other
}
