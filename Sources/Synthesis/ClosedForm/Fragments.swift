/// How the expert-parallel groups of a job lie in pods.
enum Fragments {
  /// The different ways, each as the members in one pod after another, in order of their first group.
  ///
  /// Ranks that share a layer stand together, `perPod` such groups in a pod, one pod filled after the
  /// other. O(groups of ranks that share a layer).
  static func kinds(_ layout: ParallelLayout, perPod: Int) -> [[Int]] {
    var kinds: [[Int]] = []
    var seen: Set<Int> = []
    for group in 0..<layout.data / layout.expert * layout.pipeline {
      // Where in a pod a group begins says how it is cut.
      let start = group * layout.expert % perPod
      guard seen.insert(start).inserted else { continue }
      kinds.append(cut(start: start, size: layout.expert, perPod: perPod))
    }
    return kinds
  }

  private static func cut(start: Int, size: Int, perPod: Int) -> [Int] {
    var fragments: [Int] = []
    var (left, room) = (size, perPod - start)
    while left > 0 {
      fragments.append(min(left, room))
      left -= fragments[fragments.count - 1]
      room = perPod
    }
    return fragments
  }
}
