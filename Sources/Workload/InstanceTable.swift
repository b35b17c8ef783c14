/// The collectives of a workload, group by group in order of sequence. Groups whose members make the
/// same calls share one list: what is stored follows the number of distinct programs, not of ranks.
public struct InstanceTable: RandomAccessCollection, Sendable {
  /// The distinct lists; what an instance there says of its group is that of the first that has it.
  private var lists: [[CollectiveInstance]] = []
  /// For each list and position the first position at which the same is done.
  private var likeness: [[Int32]] = []
  /// For each group its list.
  private var listOfGroup: [Int32] = []
  /// For each group the number of its first instance, and behind them the number of all.
  private var first: [Int] = [0]

  /// No group yet.
  public init() {}

  /// The instances of groups, which follow one another; `firstInstance` says for each group where its
  /// own begin.
  public init(_ instances: [CollectiveInstance], firstInstance: [Int]) {
    for (group, start) in firstInstance.enumerated() {
      let end = group + 1 < firstInstance.count ? firstInstance[group + 1] : instances.count
      append(Array(instances[start..<end]))
    }
  }

  /// Gives the next group a list of its own.
  @discardableResult
  mutating func append(_ list: [CollectiveInstance]) -> Int {
    lists.append(list)
    likeness.append(Self.likeness(list))
    append(sharing: lists.count - 1)
    return lists.count - 1
  }

  /// Gives the next group a list that others have too.
  mutating func append(sharing list: Int) {
    listOfGroup.append(Int32(list))
    first.append(first[first.count - 1] + lists[list].count)
  }

  /// The number of groups.
  public var groupCount: Int { listOfGroup.count }

  /// For each group the number of its first instance.
  public var firstOfGroup: [Int] { Array(first.dropLast()) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of all instances.
  public var endIndex: Int { first[first.count - 1] }

  /// An instance. O(log groups).
  public subscript(position: Int) -> CollectiveInstance {
    let group = group(of: position)
    var instance = lists[Int(listOfGroup[group])][position - first[group]]
    instance.group = group
    return instance
  }

  /// The group of an instance: the last that begins at or before it and is not empty.
  public func group(of position: Int) -> Int {
    precondition(indices.contains(position), "an instance of the workload")
    var (low, high) = (0, listOfGroup.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if first[middle] <= position { low = middle } else { high = middle }
    }
    return low
  }

  /// The numbers of a group's instances.
  public func range(ofGroup group: Int) -> Range<Int> { first[group]..<first[group + 1] }

  /// The list of a group, by its number among the distinct ones.
  public func list(ofGroup group: Int) -> Int { Int(listOfGroup[group]) }

  /// The distinct lists; what an instance there says of its group means nothing.
  public var distinctLists: [[CollectiveInstance]] { lists }

  /// For each of a group's instances the first of them, counted from the group's first, that does the
  /// same: equal kind, payload, root, cap and title. A matrix of splits is only ever like itself.
  public func alike(inGroup group: Int) -> [Int32] { likeness[Int(listOfGroup[group])] }

  private static func likeness(_ list: [CollectiveInstance]) -> [Int32] {
    var known: [Int32] = []
    return list.indices.map { position in
      let instance = list[position]
      if let first = known.first(where: { list[Int($0)].does(sameAs: instance) }) { return first }
      if case .matrix(.rows) = instance.payload {} else { known.append(Int32(position)) }
      return Int32(position)
    }
  }
}

extension CollectiveInstance {
  /// Whether it moves what another does, the same way.
  fileprivate func does(sameAs other: CollectiveInstance) -> Bool {
    kind == other.kind && payload == other.payload && root == other.root
      && injectionCap == other.injectionCap && label == other.label
  }
}
