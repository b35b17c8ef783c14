/// Cuts of a few GPUs, link by link: what crosses from some of them to the others, at least, over all
/// sides that switches may stand on. Bytes a second, one direction.
struct CutSearch {
  /// Switches of a plane, or the core of a scale-out, with what leads to them.
  struct Switches {
    /// By GPU, into the switches and out of them.
    var egress: [Double]
    var ingress: [Double]
    /// By GPU its leaf switch; empty where there are none.
    var leaves: [Int] = []
    /// By leaf switch, to the spines and from them.
    var up: [Double] = []
    var down: [Double] = []
    /// By GPU the pod whose narrow way out and in it takes; empty where there is none.
    var trunks: [Int] = []
    /// By pod, out of it and into it.
    var out: [Double] = []
    var into: [Double] = []
  }

  /// Switches that share a link of this bandwidth, both directions together.
  struct Shared {
    var gpus: UInt32
    var bandwidth: Double
    var switches: [Switches]
  }

  /// GPUs that work, as bits, and how many there are.
  var gpus: UInt32
  var networks: [Shared] = []
  /// Links between GPUs: from, to, bandwidth.
  var edges: [(from: Int, to: Int, bandwidth: Double)] = []

  /// The most GPUs that all halvings are tried for.
  static let most = 20

  /// What crosses from a set to the other GPUs.
  func cut(_ set: UInt32) -> Double {
    var sum = 0.0
    for edge in edges where set >> edge.from & 1 == 1 && (set ^ gpus) >> edge.to & 1 == 1 {
      sum += edge.bandwidth
    }
    for network in networks {
      let crossing = network.switches.reduce(0) { $0 + cut(set, $1) }
      let isParted = network.gpus & set != 0 && network.gpus & gpus & ~set != 0
      sum += isParted ? min(crossing, network.bandwidth / 2) : crossing
    }
    return sum
  }

  /// By side of the core the least that is cut.
  private func cut(_ set: UInt32, _ switches: Switches) -> Double {
    if !switches.leaves.isEmpty { return leafCut(set, switches) }
    if !switches.trunks.isEmpty { return trunkCut(set, switches) }
    var (there, here) = (0.0, 0.0)
    for gpu in switches.egress.indices where gpus >> gpu & 1 == 1 {
      if set >> gpu & 1 == 1 {
        there += switches.egress[gpu]
      } else {
        here += switches.ingress[gpu]
      }
    }
    return min(there, here)
  }

  private func leafCut(_ set: UInt32, _ switches: Switches) -> Double {
    var sending = Array(repeating: 0.0, count: switches.up.count)
    var receiving = sending
    for gpu in switches.egress.indices where gpus >> gpu & 1 == 1 {
      let leaf = switches.leaves[gpu]
      if set >> gpu & 1 == 1 {
        sending[leaf] += switches.egress[gpu]
      } else {
        receiving[leaf] += switches.ingress[gpu]
      }
    }
    var (there, here) = (0.0, 0.0)
    for leaf in switches.up.indices {
      there += min(sending[leaf], receiving[leaf] + switches.up[leaf])
      here += min(receiving[leaf], sending[leaf] + switches.down[leaf])
    }
    return min(there, here)
  }

  private func trunkCut(_ set: UInt32, _ switches: Switches) -> Double {
    var sending = Array(repeating: 0.0, count: switches.out.count)
    var receiving = sending
    for gpu in switches.egress.indices where gpus >> gpu & 1 == 1 {
      let pod = switches.trunks[gpu]
      if set >> gpu & 1 == 1 {
        sending[pod] += switches.egress[gpu]
      } else {
        receiving[pod] += switches.ingress[gpu]
      }
    }
    let pods = switches.out.indices
    return min(
      pods.reduce(0) { $0 + min(sending[$1], switches.out[$1]) },
      pods.reduce(0) { $0 + min(receiving[$1], switches.into[$1]) })
  }

  /// The least of all halvings, in either direction. O(2^GPUs · links).
  func least() -> Double {
    var least = Double.infinity
    let half = gpus.nonzeroBitCount / 2
    // All subsets of the bits of `gpus`, one after the other.
    var set = gpus
    while true {
      if set.nonzeroBitCount == half || set.nonzeroBitCount == gpus.nonzeroBitCount - half {
        least = min(least, cut(set))
      }
      if set == 0 { return least }
      set = (set - 1) & gpus
    }
  }
}
