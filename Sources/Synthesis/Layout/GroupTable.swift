import Trace

/// The process groups of a layout, family by family; families of one rank a group are left out.
struct GroupTable {
  /// What groups are for.
  enum Family: String, CaseIterable {
    case tensor = "tp"
    case expert = "ep"
    /// Replicas of the same experts.
    case expertData = "edp"
    case data = "dp"
    case pipeline = "pp"
  }

  let layout: ParallelLayout
  /// All groups, in order of families; a group is named after its first rank: `ep@512`.
  private(set) var groups: [ProcessGroup] = []
  /// Of each family the index of its first group; `nil` where it has none.
  private var first: [Int?] = []

  /// - Complexity: O(ranks · families).
  init(_ layout: ParallelLayout) {
    self.layout = layout
    for family in Family.allCases {
      guard size(family) > 1 else {
        first.append(nil)
        continue
      }
      first.append(groups.count)
      for index in 0..<layout.worldSize / size(family) {
        let ranks = (0..<size(family)).map { RankID(index: member($0, of: index, family)) }
        groups.append(
          ProcessGroup(
            name: "\(family.rawValue)@\(ranks[0].raw)", purpose: family.rawValue, ranks: ranks))
      }
    }
  }

  /// Members of each group of a family.
  func size(_ family: Family) -> Int {
    switch family {
    case .tensor: layout.tensor
    case .expert: layout.expert
    case .expertData: layout.expertReplicas
    case .data: layout.data
    case .pipeline: layout.pipeline
    }
  }

  /// The index of a rank's group of a family; `nil` where the family has none.
  func group(_ family: Family, of rank: Int) -> Int? {
    guard let first = first[Family.allCases.firstIndex(of: family) ?? 0] else { return nil }
    let (t, d, p) = {
      let position = layout.position(of: rank)
      return (position.tensor, position.data, position.stage)
    }()
    let place =
      switch family {
      case .tensor: d + layout.data * p
      case .expert: t + layout.tensor * (d / layout.expert + layout.expertReplicas * p)
      case .expertData: t + layout.tensor * (d % layout.expert + layout.expert * p)
      case .data: t + layout.tensor * p
      case .pipeline: t + layout.tensor * d
      }
    return first + place
  }

  /// The family that a group is of.
  func family(of group: Int) -> Family {
    let families = Array(zip(Family.allCases, first))
    return families.last { ($0.1 ?? .max) <= group }?.0 ?? .tensor
  }

  private func member(_ place: Int, of index: Int, _ family: Family) -> Int {
    let (tensor, data) = (layout.tensor, layout.data)
    switch family {
    case .tensor: return place + tensor * index
    case .expert:
      let (t, block) = (index % tensor, index / tensor)
      let (b, p) = (block % layout.expertReplicas, block / layout.expertReplicas)
      return layout.rank(tensor: t, data: b * layout.expert + place, stage: p)
    case .expertData:
      let (t, block) = (index % tensor, index / tensor)
      let (position, p) = (block % layout.expert, block / layout.expert)
      return layout.rank(tensor: t, data: position + place * layout.expert, stage: p)
    case .data: return layout.rank(tensor: index % tensor, data: place, stage: index / tensor)
    case .pipeline:
      return layout.rank(tensor: index % tensor, data: index / tensor % data, stage: place)
    }
  }
}
