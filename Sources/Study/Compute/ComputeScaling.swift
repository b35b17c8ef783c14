import Quantities
public import Trace
import Workload

/// What-ifs on compute: kernels that take another time than was captured.
public struct ComputeScaling: Sendable, Hashable {
  /// Streaming multiprocessors that communication kernels hold, and all that a GPU has.
  public struct HeldSMs: Sendable, Hashable {
    /// Held while a communication kernel runs.
    public let held: Int
    /// Of the whole GPU.
    public let all: Int

    /// `held` of `all`; `nil` unless 0 < held < all.
    public init?(held: Int, all: Int) {
      guard held > 0, held < all else { return nil }
      self.held = held
      self.all = all
    }
  }

  /// What tells classes apart.
  public let rules: KernelClassRules
  private var factors: [KernelClass: Double] = [:]
  private var freed: HeldSMs?
  /// What is supposed, in words, in the order in which it was.
  public private(set) var words: [String] = []

  /// Compute as captured.
  public init(rules: KernelClassRules) { self.rules = rules }

  /// Whether compute stays as captured.
  public var isNothing: Bool { words.isEmpty }

  /// By what the duration of a class is multiplied.
  public func factor(of kernelClass: KernelClass) -> Double { factors[kernelClass] ?? 1 }

  /// Multiplies durations by a factor of 0 or more: of one class, or of all.
  public mutating func scale(_ kernelClass: KernelClass?, by factor: Double) {
    for scaled in kernelClass.map({ [$0] }) ?? KernelClass.allCases { multiply(scaled, by: factor) }
    words.append(
      "\(kernelClass.map { "compute of class \($0.rawValue)" } ?? "all compute") takes \(factor) of "
        + "its captured time")
  }

  /// Moves compute from one device to another: arithmetic goes with its peak, what is bound by memory
  /// with its bandwidth, what is neither with whichever of the two gains less.
  public mutating func move(from: Device, to: Device) {
    let arithmetic = from.denseTeraflops / to.denseTeraflops
    let memory = from.memoryGigabytes / to.memoryGigabytes
    multiply(.gemm, by: arithmetic)
    multiply(.attention, by: arithmetic)
    multiply(.memoryBound, by: memory)
    multiply(.other, by: max(arithmetic, memory))
    words.append(
      "compute is as on \(to.name) in place of \(from.name), at the same share of the roof that bounds "
        + "its class: gemm and attention take \(fixedPoint(arithmetic, digits: 3)) of their time, "
        + "memory_bound \(fixedPoint(memory, digits: 3)), other "
        + fixedPoint(max(arithmetic, memory), digits: 3))
  }

  /// Takes communication kernels to hold no multiprocessors: compute that ran beside them had the
  /// others, and now has all; what is bound by memory gains nothing.
  public mutating func free(_ sms: HeldSMs) {
    freed = sms
    words.append(
      "communication kernels hold none of the \(sms.held) of \(sms.all) SMs that they held: compute "
        + "that ran beside them takes \(sms.all - sms.held)/\(sms.all) of its time there, save what "
        + "is bound by memory")
  }

  private mutating func multiply(_ kernelClass: KernelClass, by factor: Double) {
    factors[kernelClass] = self.factor(of: kernelClass) * factor
  }

  /// The workload with durations of compute as supposed; what was captured, starts among it, stays.
  ///
  /// - Complexity: O(n log n) in operations.
  func apply(to workload: Workload) -> Workload {
    guard !isNothing else { return workload }
    var scaled = workload
    for index in scaled.programs.indices { apply(to: &scaled.programs[index]) }
    return scaled
  }

  private func apply(to program: inout RankProgram) {
    let classes = rules.classes(of: program.names)
    let communication = freed == nil ? nil : communicating(program)
    for index in program.operations.indices where program.operations[index].kind == .compute {
      let operation = program.operations[index]
      let kernelClass = classes[Int(operation.name)]
      var time = operation.duration.seconds * factor(of: kernelClass)
      if let freed, let communication, kernelClass != .memoryBound, operation.duration > .zero {
        let beside = communication.overlap(
          operation.start.picoseconds..<operation.end.picoseconds)
        let share = beside.seconds / operation.duration.seconds
        time *= 1 - share * Double(freed.held) / Double(freed.all)
      }
      program.operations[index].duration = .rounding(seconds: time) ?? operation.duration
    }
  }

  /// When communication kernels ran.
  private func communicating(_ program: RankProgram) -> IntervalSet {
    IntervalSet(
      program.operations.compactMap { operation in
        switch operation.kind {
        case .collective, .localCommunication:
          operation.start.picoseconds..<operation.end.picoseconds
        case .host, .compute: nil
        }
      })
  }
}
