import Diagnostics
import JSON

/// What an InfraGraph document says: kinds of devices, how many of each there are, and the edges
/// within and between them.
///
/// What it says of anything but the network is passed over.
struct InfraGraph {
  /// What a component of a device is.
  enum Kind: String {
    case custom, device, cpu, xpu, npu, nic, memory, port
    case `switch`
  }

  /// Equal parts of a device.
  struct Component {
    var name: String
    var kind: Kind
    var count: Int
  }

  /// What is known of a kind of link.
  struct Link {
    var gigabits: Double?
    var latencyNanoseconds: Double?
  }

  /// How the ends of an edge pair up.
  enum Scheme: String {
    case one2one, many2many, ring
  }

  /// An edge between sets of components.
  struct Edge {
    var first: InfraGraphEndpoint
    var second: InfraGraphEndpoint
    var scheme: Scheme
    var link: String
    var place: SourceLocation
  }

  /// A kind of device.
  struct Device {
    var name: String
    var components: [Component]
    var links: [String: Link]
    var edges: [Edge]

    /// The component of a name.
    func component(_ name: String) -> Component? { components.first { $0.name == name } }

    /// How many accelerators it has.
    var accelerators: Int { components.reduce(0) { $0 + ($1.isAccelerator ? $1.count : 0) } }
  }

  /// Devices of a kind under a name.
  struct Instance {
    var name: String
    var device: Device
    var count: Int
    var place: SourceLocation
  }

  var name: String
  var description: String
  var instances: [Instance]
  var links: [String: Link]
  var edges: [Edge]
  var place: SourceLocation
}

extension InfraGraph.Component {
  /// Whether it is what other tools call a GPU; older documents say npu.
  var isAccelerator: Bool { kind == .xpu || kind == .npu }
}
