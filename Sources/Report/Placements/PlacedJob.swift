public import Placement

/// A job as placed: what `place show` and `place check` report.
public struct PlacedJob: Sendable {
  /// What the trace is called.
  public var trace: String
  /// What the fabric is called.
  public var fabric: String
  /// The number of ranks.
  public var ranks: Int
  /// The placement.
  public var placement: Placement
  /// Its figures.
  public var figures: PlacementFigures

  /// A job as placed.
  public init(
    trace: String, fabric: String, ranks: Int, placement: Placement, figures: PlacementFigures
  ) {
    self.trace = trace
    self.fabric = fabric
    self.ranks = ranks
    self.placement = placement
    self.figures = figures
  }
}
