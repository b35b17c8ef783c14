public import Quantities

extension FabricSpecification {
  /// One network: what each GPU has of it.
  public struct Network: Sendable, Equatable {
    /// Bandwidth of a GPU into it, one direction, all planes or NICs together, before efficiency.
    public var bandwidth: Bandwidth
    /// The equal parts that the bandwidth is spread over: switch planes or NICs.
    public var planes: Int
    /// The equal lanes of one connection, that may fail one by one.
    public var lanes = 1
    /// Latency of one hop, propagation included. Through a switch a path has two, into the network
    /// and out of it; over direct links one a link.
    public var hopLatency: SimDuration
    /// The share of the bandwidth that a collective sees.
    public var efficiency: Double
    /// How many times the bandwidth of a pod's GPUs together exceeds what this network carries of
    /// it: within the pod, or out of it; 1 for non-blocking.
    public var oversubscription: Double
    /// What its links are made of.
    public var technology: LinkTechnology
    /// Energy of a bit over one hop, where known.
    public var energyPicojoulesPerBit: Double?
    /// What one connection draws whether it carries something or not, in W, where known.
    public var staticPowerWatts: Double?
    /// The length of a connection in m, where known.
    public var lengthMetres: Double?
    /// How traffic is spread over planes.
    public var balancing = Balancing.spray
    /// Whether its switches add up what they forward.
    public var reducesInNetwork = false
    /// What its links form.
    public var topology = Topology.switch

    /// The most that bandwidth narrows on the way through its switches; 1 for non-blocking.
    public var narrowing: Double {
      switch topology {
      case .leafSpine(let leaf), .rails(let leaf, _):
        max(oversubscription, leaf.oversubscription)
      case .switch, .direct, .circuits: oversubscription
      }
    }
  }

  /// How the traffic of a pair is spread over the planes that both its ends have.
  public enum Balancing: String, Sendable, CaseIterable {
    /// Evenly, packet by packet.
    case spray
    /// As the planes' bandwidths are, for this pair.
    case adaptive
    /// Every pair of GPUs on one plane, found by a hash of the two.
    case hash
  }

  /// What the links of a network form.
  public enum Topology: Sendable, Equatable {
    /// A switch a plane that all GPUs are on.
    case `switch`
    /// Two tiers of switches a plane: leaves, and spines that all leaves are on.
    case leafSpine(Leaf)
    /// Leaves that serve the GPUs of one place in their nodes, and spines between them.
    case rails(Leaf, crossRail: CrossRail)
    /// Links between GPUs.
    case direct(DirectShape)
    /// Optical circuits: one of several sets of links between GPUs at a time.
    case circuits(Circuits)

    /// What fabric files call it.
    public var word: String {
      switch self {
      case .switch: "switch"
      case .leafSpine: "leaf-spine"
      case .rails: "rails"
      case .direct(.mesh): "mesh"
      case .direct(.torus): "torus"
      case .direct(.connections): "graph"
      case .circuits: "circuits"
      }
    }
  }

  /// The lower of two tiers of switches.
  public struct Leaf: Sendable, Equatable {
    /// GPUs that a leaf serves.
    public var gpus: Int
    /// The bandwidth of its GPUs over that to the spines.
    public var oversubscription: Double
    /// Latency from a leaf to a spine, and from a spine to a leaf.
    public var hopLatency: SimDuration
    /// What the links between leaves and spines are made of.
    public var technology: LinkTechnology
    /// Energy of a bit over one of them, where known.
    public var energyPicojoulesPerBit: Double?
  }

  /// How a GPU gets to another on another rail.
  public enum CrossRail: String, Sendable, CaseIterable {
    /// Over the spines.
    case spine
    /// Over its own node to the GPU of that rail, which sends it on.
    case forward
  }

  /// Links from GPU to GPU.
  public enum DirectShape: Sendable, Equatable {
    /// Between every two.
    case mesh
    /// A grid of two or three dimensions, or a ring.
    case torus(TorusShape)
    /// As listed.
    case connections([Connection])
  }

  /// Connections between two GPUs of a pod, each of one link a direction.
  public struct Connection: Sendable, Equatable {
    /// The GPUs' places in the pod.
    public var ends: [Int]
    /// How many.
    public var count: Int

    /// So many connections between two GPUs.
    public init(ends: [Int], count: Int) {
      self.ends = ends
      self.count = count
    }
  }

  /// What circuit switches can be set to.
  public struct Circuits: Sendable, Equatable {
    /// The names of the configurations, and what links each makes.
    public var configurations: [(name: String, shape: DirectShape)]
    /// How long all circuits are dark while they change.
    public var reconfiguration: SimDuration
    /// When they may change.
    public var switching: Switching

    /// Whether all configurations, and all else, are alike.
    public static func == (a: Circuits, b: Circuits) -> Bool {
      a.reconfiguration == b.reconfiguration && a.switching == b.switching
        && a.configurations.elementsEqual(b.configurations) { $0.name == $1.name && $0.1 == $1.1 }
    }
  }

  /// When circuits may change.
  public enum Switching: String, Sendable, CaseIterable {
    /// Never: the first configuration stays.
    case none
    /// Between steps: the configuration that is best for the whole step.
    case step
    /// Whenever nothing is on the links and a change shortens what is to come.
    case phase
  }
}
