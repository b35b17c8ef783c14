import Diagnostics
import JSON
import Trace

/// The process groups of an execution trace: those that its node `## process_group:init ##` lists, and
/// those that only calls name.
struct ExecutionGroups {
  /// The node's name.
  static let nodeName = "## process_group:init ##"

  private(set) var list: [CapturedGroup] = []
  /// The size of the default group.
  private(set) var worldSize: Int?
  /// How many groups calls name by the address of the object alone.
  private(set) var addresses: [Int64] = []
  private var numbers: [String: Int] = [:]
  private var names: [Int64: String] = [:]
  private var sizes: [String: Int] = [:]

  /// How many groups of more than one rank the trace lists.
  var listedGroups: Int { list.count { ($0.ranks?.count ?? sizes[$0.name] ?? 2) > 1 } }

  /// Takes the list in the node: a JSON text inside a string.
  ///
  /// A group of no ranks is one of all ranks where it has as many as the default group.
  mutating func declare(_ node: ExecutionNode, parser: JSONParser) throws {
    guard let text = node.inputs.first?.stringValue else { return }
    var place = node.node.location
    place.keyPath = "inputs.values[0]"
    let root: JSONNode
    do {
      root = JSONNode(try parser.parse(Array(text.utf8), at: place), at: place)
    } catch var diagnostic as Diagnostic {
      // A byte of a text within a text is no byte of the file.
      diagnostic.location = place
      throw diagnostic
    }
    let entries = try root.elements()
    for entry in entries where try Self.name(entry) == CapturedGroup.identity("") {
      worldSize = try entry.optional("group_size")?.int(in: 1...maximumWorldSize) ?? worldSize
    }
    for entry in entries {
      let name = try Self.name(entry)
      let size = try entry.optional("group_size")?.int(in: 1...maximumWorldSize)
      let ranks = try (entry.optional("ranks")?.elements() ?? []).map {
        RankID(index: try $0.int(in: 0...maximumWorldSize - 1))
      }
      sizes[name] = size
      if let address = entry.value["backend_id"]?.integerValue { names[address] = name }
      _ = number(
        CapturedGroup(
          name: name, purpose: CapturedGroup.purpose(try entry.optional("pg_desc")?.string()),
          ranks: ranks.isEmpty ? nil : ranks,
          isWorld: ranks.isEmpty && size != nil && size == worldSize))
    }
  }

  private static func name(_ entry: JSONNode) throws -> String {
    CapturedGroup.identity(try entry.required("pg_name").string())
  }

  /// The group that a call names; a new one where it is new.
  mutating func number(named name: String, purpose: String?, size: Int64?) -> Int {
    let name = CapturedGroup.identity(name)
    let isDefault = name == CapturedGroup.identity("")
    if isDefault, worldSize == nil { worldSize = size.flatMap(Self.worldSize) }
    return number(
      CapturedGroup(
        name: name, purpose: CapturedGroup.purpose(purpose), ranks: nil, isWorld: isDefault))
  }

  /// The group of a call that gives the address of an object: one that the list names, else, where
  /// there is only one such address, the default group.
  mutating func number(atAddress address: Int64, size: Int64?) -> Int? {
    if let name = names[address] { return number(named: name, purpose: nil, size: size) }
    if !addresses.contains(address) { addresses.append(address) }
    guard addresses.count == 1 else { return nil }
    return number(named: "", purpose: "default_pg", size: size)
  }

  /// The ranks of a group; `nil` where they are not known.
  func ranks(_ group: Int) -> [RankID]? {
    list[group].isWorld
      ? worldSize.map { (0..<$0).map(RankID.init(index:)) } : list[group].ranks
  }

  private mutating func number(_ group: CapturedGroup) -> Int {
    if let number = numbers[group.name] { return number }
    numbers[group.name] = list.count
    list.append(group)
    return list.count - 1
  }

  private static func worldSize(_ number: Int64) -> Int? {
    1...Int64(maximumWorldSize) ~= number ? Int(number) : nil
  }
}
