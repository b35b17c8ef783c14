import Fabric
public import Quantities
public import Simulation
public import Workload

/// Lowers collectives on circuits that may change between them.
///
/// A collective that finds nothing on the links may have the circuits changed before it starts: it
/// does where its time alone with the best configuration, and the change, are shorter than with
/// the circuits that are lit. It looks no further ahead. Whoever comes while the circuits are dark
/// waits; whoever finds traffic takes the circuits as they are.
public final class CircuitLowering: Lowering {
  private let configurations: [CollectiveLowering]
  private let capacities: [Double]
  private let reconfiguration: SimDuration
  private var lit: Int
  private var darkUntil = SimTime.origin

  /// How often circuits changed.
  public private(set) var changes = 0

  /// - Parameters:
  ///   - configurations: by configuration how collectives are lowered on it; at least one.
  ///   - lit: which is lit at first.
  init(
    _ configurations: [CollectiveLowering], capacities: [Double], reconfiguration: SimDuration,
    lit: Int = 0
  ) {
    self.configurations = configurations
    self.capacities = capacities
    self.reconfiguration = reconfiguration
    self.lit = lit
  }

  /// Circuits change.
  public var isSteady: Bool { false }

  /// With the circuits that are lit.
  public func lower(_ rendezvous: Int) throws -> LoweredCollective {
    try configurations[lit].lower(rendezvous)
  }

  /// With the circuits that are lit.
  public func lowerToFlows(_ rendezvous: Int) throws -> LoweredFlows {
    try configurations[lit].lowerToFlows(rendezvous)
  }

  /// Changes the circuits first where that pays.
  public func lower(
    _ rendezvous: Int, at now: SimTime, findsTraffic: Bool
  ) throws -> LoweredCollective {
    var lowered = try configurations[lit].lower(rendezvous)
    if !findsTraffic, now >= darkUntil {
      var least = lowered.loneTime(capacities: capacities)
      var best = lit
      for other in configurations.indices where other != lit {
        let time =
          try configurations[other].lower(rendezvous).loneTime(capacities: capacities)
          + reconfiguration
        if time < least { (least, best) = (time, other) }
      }
      if best != lit {
        lit = best
        changes += 1
        darkUntil = now + reconfiguration
        lowered = try configurations[lit].lower(rendezvous)
      }
    }
    guard now < darkUntil else { return lowered }
    let dark = LoweredCollective.Phase(latency: darkUntil - now, transfers: [])
    return LoweredCollective(algorithm: lowered.algorithm, phases: [dark] + lowered.phases)
  }
}

extension CollectiveLowering {
  /// The lowering of a workload on a fabric that switches circuits by phase.
  public static func switching(
    _ workload: Workload, _ map: LinkMap, options: LoweringOptions
  ) -> CircuitLowering? {
    guard let circuits = map.circuits, circuits.switching == .phase else { return nil }
    return CircuitLowering(
      circuits.configurations.indices.map {
        CollectiveLowering(workload, map.lighting(configuration: $0), options: options)
      }, capacities: map.capacities, reconfiguration: circuits.reconfiguration)
  }
}
