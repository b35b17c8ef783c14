import Fabric

/// The pods and nodes of a fabric as runs of GPUs.
struct FabricLayout: Sendable {
  /// A node.
  struct Node: Sendable {
    /// The pod that it is in.
    var pod: Int
    /// Its GPUs; a GPU's place among them is its rail.
    var gpus: Range<Int>
  }

  /// The GPUs of each pod.
  private(set) var pods: [Range<Int>] = []
  /// The nodes, in order; a pod without nodes is one.
  private(set) var nodes: [Node] = []

  /// - Complexity: O(GPUs).
  init(_ fabric: Fabric) {
    var podStart = 0
    var nodeStart = 0
    for gpu in 1...max(1, fabric.gpuCount) {
      let isLast = gpu >= fabric.gpuCount
      let endsPod = isLast || fabric.pod(ofGPU: gpu) != fabric.pod(ofGPU: gpu - 1)
      if endsPod || fabric.node(ofGPU: gpu) != fabric.node(ofGPU: gpu - 1) {
        nodes.append(Node(pod: pods.count, gpus: nodeStart..<gpu))
        nodeStart = gpu
      }
      if endsPod {
        pods.append(podStart..<gpu)
        podStart = gpu
      }
    }
  }
}
