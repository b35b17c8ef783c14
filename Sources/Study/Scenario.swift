public import Collectives
public import Fabric
public import Placement
public import Workload

/// What to replay, besides the trace: one fabric, one placement, one way of lowering.
public struct Scenario: Sendable, Hashable {
  /// A preset's name or a file.
  public var fabric: String
  /// Changes to the fabric, in order.
  public var overlays: [FabricOverlay]
  /// Where ranks go.
  public var placement: PlacementPolicy
  /// How collectives become transfers.
  public var lowering: LoweringOptions

  /// A scenario.
  public init(
    fabric: String, overlays: [FabricOverlay] = [], placement: PlacementPolicy = .linear,
    lowering: LoweringOptions = LoweringOptions()
  ) {
    self.fabric = fabric
    self.overlays = overlays
    self.placement = placement
    self.lowering = lowering
  }
}

/// A trace to study, as the user names it.
public struct TraceSource: Sendable, Hashable {
  /// Files, directories or patterns that together are one trace.
  public var inputs: [String]
  /// Names of rule sets, or files.
  public var rules: [String]
  /// How to make a workload of it.
  public var options: WorkloadOptions

  /// A trace.
  public init(
    inputs: [String], rules: [String] = [], options: WorkloadOptions = WorkloadOptions()
  ) {
    self.inputs = inputs
    self.rules = rules
    self.options = options
  }
}
