import Simulation
import Workload

extension CollectiveLowering {
  /// Collectives of a group of equal kind, payload, root, cap and title are lowered alike.
  public func alike(_ rendezvous: Range<Int>) -> [Int32] {
    guard let first = rendezvous.first else { return [] }
    return workload.instances.alike(inGroup: workload.instances.group(of: first))
  }
}
