public import Collectives
public import Fabric
public import Placement
public import Simulation
public import Workload

/// What to replay, besides the trace: one fabric, one placement, one way of lowering.
public struct Scenario: Sendable, Hashable {
  /// A preset's name or a file.
  public var fabric: String
  /// Changes to the fabric, in order.
  public var overlays: [FabricOverlay]
  /// What of it has failed or runs slower.
  public var faults: [FabricFault]
  /// Jobs that share the fabric.
  public var background: [BackgroundJob]
  /// Where ranks go.
  public var placement: PlacementPolicy
  /// How collectives become transfers.
  public var lowering: LoweringOptions
  /// What-ifs on compute; as captured where there are none.
  public var compute: ComputeScaling?
  /// Whether a collective moves as one, or each pair by itself.
  public var tier: TransferTier
  /// Of the flow tier: how far apart rates may be brought up to date, as a share of the shortest
  /// collective in flight. 0 is exact.
  public var tolerance: Double
  /// Whether ranks that can't be told apart are replayed as one. It changes no time.
  public var folds = true

  /// A scenario.
  public init(
    fabric: String, overlays: [FabricOverlay] = [], faults: [FabricFault] = [],
    background: [BackgroundJob] = [], placement: PlacementPolicy = .linear,
    lowering: LoweringOptions = LoweringOptions(), tier: TransferTier = .coflow,
    tolerance: Double = 0, compute: ComputeScaling? = nil
  ) {
    self.compute = compute
    self.tier = tier
    self.tolerance = tolerance
    self.fabric = fabric
    self.overlays = overlays
    self.faults = faults
    self.background = background
    self.placement = placement
    self.lowering = lowering
  }
}

/// A job that shares the fabric with the one that is looked at: its step begins when that one's does.
public struct BackgroundJob: Sendable, Hashable {
  /// Its trace.
  public var source: TraceSource
  /// Where its ranks go.
  public var placement: PlacementPolicy

  /// A job.
  public init(_ source: TraceSource, placement: PlacementPolicy) {
    self.source = source
    self.placement = placement
  }
}

/// A trace to study, as the user names it.
public struct TraceSource: Sendable, Hashable {
  /// Files, directories or patterns that together are one trace.
  public var inputs: [String]
  /// Names of rule sets, or files.
  public var rules: [String]
  /// Whether to go on with what can be read of damaged input.
  public var salvages: Bool
  /// How to make a workload of it.
  public var options: WorkloadOptions
  /// Whether ranks that can't be told apart are replayed as one. It changes no time.
  public var folds = true

  /// A trace.
  public init(
    inputs: [String], rules: [String] = [], salvages: Bool = false,
    options: WorkloadOptions = WorkloadOptions()
  ) {
    self.inputs = inputs
    self.rules = rules
    self.salvages = salvages
    self.options = options
  }
}
