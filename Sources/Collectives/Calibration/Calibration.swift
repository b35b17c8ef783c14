import Quantities
import Simulation
import Trace
public import Workload

/// What collectives were measured to take on a fabric, against what the model says: by class, a latency
/// to add and an efficiency to run at.
///
/// A collective of a class takes `latency` more than the model says, and moves its bytes at no more than
/// `efficiency` of the rate that it would have alone. An efficiency above 1 means that the fabric's file
/// understates the fabric: then its bytes weigh less on the links by that.
///
/// An efficiency below 1 may be the links' or the ends': on the fabric that it was measured on the two are
/// one, on another they are not, and one capture can't tell. See `Loss`.
public struct Calibration: Sendable, Hashable {
  /// What keeps bytes from going at the rate of the links.
  public enum Loss: String, Sendable, CaseIterable {
    /// The ends: each byte costs its members a time of their own, on every fabric the same.
    case ends
    /// The links: they carry a share of their rate, on every fabric the same.
    case links
  }

  /// Collectives of one title and algorithm, within a range of sizes.
  public struct Class: Sendable, Hashable {
    /// The label of rules, or the kind.
    public var title: String
    /// The algorithm that it was lowered to.
    public var algorithm: String
    /// Logical bytes a member of the smallest and the largest call that was measured.
    public var bytesPerMember: ClosedRange<Double>
    /// Members of the smallest and the largest group that was measured.
    public var groupSizes: ClosedRange<Int>
    /// Whether any that was measured crossed pods.
    public var crossesPods: Bool
    /// Time to add, in seconds; negative where less than the modelled latency was measured.
    public var latency: Double
    /// Share of the rate alone; above 0.
    public var efficiency: Double
    /// What that loses, in nanoseconds a logical byte of a member; 0 from an efficiency of 1 on.
    public var lossNanosecondsPerByte: Double
    /// How it was found, and how well it fits.
    public var fit: Fit

    /// A class.
    public init(
      title: String, algorithm: String, bytesPerMember: ClosedRange<Double>,
      groupSizes: ClosedRange<Int>, crossesPods: Bool, latency: Double, efficiency: Double,
      lossNanosecondsPerByte: Double, fit: Fit
    ) {
      self.lossNanosecondsPerByte = lossNanosecondsPerByte
      self.title = title
      self.algorithm = algorithm
      self.bytesPerMember = bytesPerMember
      self.groupSizes = groupSizes
      self.crossesPods = crossesPods
      self.latency = latency
      self.efficiency = efficiency
      self.fit = fit
    }
  }

  /// How well a class fits.
  public struct Fit: Sendable, Hashable {
    /// Calls that were measured.
    public var samples: Int
    /// (calibrated − captured) / captured over them: the median.
    public var bias: Double
    /// |calibrated − captured| / captured over them: the median.
    public var medianError: Double
    /// Its 95th percentile.
    public var tailError: Double
    /// The same for every second call, from a fit to the others; `nil` of a single one.
    public var heldOutError: Double?
    /// Whether captured times hold waiting for peers without a trace, which the latency and the
    /// efficiency then carry to every other fabric.
    public var includesWaiting: Bool

    /// A fit.
    public init(
      samples: Int, bias: Double, medianError: Double, tailError: Double, heldOutError: Double?,
      includesWaiting: Bool
    ) {
      self.samples = samples
      self.bias = bias
      self.medianError = medianError
      self.tailError = tailError
      self.heldOutError = heldOutError
      self.includesWaiting = includesWaiting
    }

    /// What is doubtful about it, `nil` where nothing is.
    public var doubt: String? {
      if samples < 4 { return "few samples" }
      if tailError > 0.25 { return "poor fit" }
      return includesWaiting ? "includes waiting" : nil
    }
  }

  /// Errors of the captured step's replay that a calibration is held against.
  public struct StepErrors: Sendable, Hashable {
    /// As the model has it.
    public var calibration: Double
    /// With communication that takes no time.
    public var communication: Double

    /// Errors, as shares of the captured step.
    public init(calibration: Double = 0, communication: Double = 0) {
      self.calibration = calibration
      self.communication = communication
    }
  }

  /// The fabric on which it was measured.
  public var fabric: String
  /// The trace that it was measured on.
  public var trace: String
  /// (replayed − captured) / captured of that step, calibrated, on that fabric.
  public var stepError: Double
  /// The same uncalibrated, and with communication that takes no time: where all three are alike, the
  /// step hides its communication and says nothing about the calibration.
  public var stepErrorWithout: StepErrors
  /// Whom an efficiency below 1 is laid to, on other fabrics.
  public var loss = Loss.ends
  /// The classes, by title, algorithm and size.
  public var classes: [Class]

  /// Whether the step says anything of the calibration: with communication that takes no time it comes
  /// out otherwise, by a thousandth of the captured step at least.
  public var isTestedByStep: Bool { abs(stepError - stepErrorWithout.communication) >= 1e-3 }

  /// A calibration.
  public init(
    fabric: String, trace: String, stepError: Double = 0,
    stepErrorWithout: StepErrors = StepErrors(), classes: [Class]
  ) {
    self.fabric = fabric
    self.trace = trace
    self.stepError = stepError
    self.stepErrorWithout = stepErrorWithout
    self.classes = classes
  }

  /// The class of a collective: of those of its title and algorithm the one whose sizes are nearest,
  /// in terms of factors; `nil` where none was measured.
  public func classOf(title: String, algorithm: String, bytesPerMember: Double) -> Class? {
    classes.filter { $0.title == title && $0.algorithm == algorithm }
      .min { $0.distance(to: bytesPerMember) < $1.distance(to: bytesPerMember) }
  }
}

extension Calibration.Class {
  /// 0 within its sizes, else the factor beyond them, as a logarithm.
  func distance(to bytes: Double) -> Double {
    if bytesPerMember.contains(bytes) { return 0 }
    let edge =
      bytes < bytesPerMember.lowerBound
      ? bytesPerMember.lowerBound : bytesPerMember.upperBound
    return ratio(max(bytes, 1), max(edge, 1))
  }

  private func ratio(_ a: Double, _ b: Double) -> Double { (a > b ? a / b : b / a) - 1 }

  // A factor of 2 is still of a kind.

  /// Whether a call's size lies beyond those measured.
  public func isBeyond(bytesPerMember bytes: Double) -> Bool { distance(to: bytes) > 1 }

  /// Whether a call's group is beyond those measured.
  public func isBeyond(groupSize: Int) -> Bool {
    groupSize > 2 * groupSizes.upperBound || 2 * groupSize < groupSizes.lowerBound
  }

  /// The share of its rate alone that a call goes at, on a fabric where its bytes take `lone` seconds
  /// alone.
  func share(_ loss: Calibration.Loss, lone: Double, bytesPerMember: Double) -> Double {
    guard loss == .ends, lossNanosecondsPerByte > 0, lone > 0 else { return efficiency }
    return lone / (lone + lossNanosecondsPerByte * 1e-9 * bytesPerMember)
  }

  /// A lowered collective as it was measured to go.
  ///
  /// - Parameter share: of its rate alone, see `share(_:lone:bytesPerMember:)`.
  func calibrated(
    _ lowered: LoweredCollective, share efficiency: Double, capacities: [Double]
  ) -> LoweredCollective {
    var phases = lowered.phases
    guard !phases.isEmpty else { return lowered }
    phases[0].latency = max(
      .zero, phases[0].latency + (.rounding(seconds: latency) ?? .zero))
    for phase in phases.indices {
      for index in phases[phase].transfers.indices {
        let transfer = phases[phase].transfers[index]
        if efficiency > 1 {
          phases[phase].transfers[index].weights = transfer.weights.map { $0 / efficiency }
          phases[phase].transfers[index].rateBound = transfer.rateBound * efficiency
        } else {
          phases[phase].transfers[index].rateBound =
            efficiency * transfer.loneRate(capacities: capacities)
        }
      }
    }
    return LoweredCollective(algorithm: lowered.algorithm, phases: phases)
  }

  /// The same flow by flow: what a member injects is bound to the share of the rate at which the whole
  /// would go alone, in which it sends its part.
  ///
  /// - Parameters:
  ///   - share: of its rate alone, as of the whole.
  ///   - lone: seconds that the bytes of the whole take alone, latency aside.
  func calibrated(
    _ lowered: LoweredFlows, share efficiency: Double, lone: Double
  ) -> LoweredFlows {
    let latency = SimDuration.rounding(seconds: latency) ?? .zero
    var flows = lowered.flows
    var injected = [Double](repeating: 0, count: lowered.members.count)
    for index in flows.indices {
      injected[Int(flows[index].source)] += flows[index].bytes
      flows[index].latency = max(.zero, flows[index].latency + latency)
      flows[index].cap = Int(flows[index].source)
      if efficiency > 1 { flows[index].bytes /= efficiency }
    }
    let caps = injected.indices.map { member in
      let own = lowered.caps.indices.contains(member) ? lowered.caps[member] : .infinity
      guard efficiency <= 1, lone > 0, injected[member] > 0 else { return own }
      return min(own, efficiency * injected[member] / lone)
    }
    let isCapped = caps.contains { $0.isFinite }
    if !isCapped { for index in flows.indices { flows[index].cap = nil } }
    let order: LoweredFlows.Order =
      switch lowered.order {
      case .byPair: .byPair
      case .together(let together): .together(latency: max(.zero, together + latency))
      }
    return LoweredFlows(
      members: lowered.members, flows: flows, links: lowered.links, weights: lowered.weights,
      caps: isCapped ? caps : [],
      share: lowered.share, order: order)
  }
}

extension CollectiveInstance {
  /// What tables and calibrations call it: the label, or the kind.
  public var title: String { label ?? kind.rawValue }

  /// Logical bytes a member.
  public func bytesPerMember(size: Int) -> Double {
    size > 1 ? logicalBytes(size: size) / Double(size) : 0
  }
}
