import JSON

/// The objects of a pickle while it is read. Containers have an identity, for a pickle fills a list
/// after others have named it; everything else is a value.
struct PickleHeap {
  /// Something on the stack, in a container, or in the memo.
  enum Value {
    case none
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    /// Index into the strings.
    case string(Int32)
    /// Index into the containers.
    case container(Int32)
  }

  enum Container {
    case list([Value])
    case tuple([Value])
    /// Keys and values by turns.
    case dictionary([Value])
  }

  /// Why a heap is no tree of plain data.
  enum Fault: Error {
    case cycle, tooDeep, tooLarge, keyOfAnotherKind
    case duplicateKey(String)
  }

  /// The most levels that a value may have: as many as a JSON text.
  static let depthLimit = 64

  private(set) var strings: [String] = []
  private(set) var containers: [Container] = []

  mutating func string(_ text: String) -> Value {
    strings.append(text)
    return .string(Int32(strings.count - 1))
  }

  mutating func container(_ container: Container) -> Value {
    containers.append(container)
    return .container(Int32(containers.count - 1))
  }

  /// Adds to a list; false where `value` is none.
  mutating func append(_ items: [Value], to value: Value) -> Bool {
    guard case .container(let index) = value, case .list(var list) = containers[Int(index)] else {
      return false
    }
    containers[Int(index)] = .tuple([])
    list.append(contentsOf: items)
    containers[Int(index)] = .list(list)
    return true
  }

  /// Adds keys and values, by turns, to a dictionary; false where `value` is none.
  mutating func set(_ items: [Value], in value: Value) -> Bool {
    guard case .container(let index) = value, case .dictionary(var pairs) = containers[Int(index)]
    else { return false }
    containers[Int(index)] = .tuple([])
    pairs.append(contentsOf: items)
    containers[Int(index)] = .dictionary(pairs)
    return true
  }

  /// The tree under `value`: dictionaries as objects, lists and tuples as arrays.
  ///
  /// What is shared is written out each time, but no more than `limit` values in all, so that a nest
  /// of lists that name each other twice makes no more than a file could hold.
  func tree(_ value: Value, limit: Int) throws(Fault) -> JSONValue {
    var budget = limit
    var open: Set<Int32> = []
    return try tree(value, depth: 0, budget: &budget, open: &open)
  }

  private func tree(
    _ value: Value, depth: Int, budget: inout Int, open: inout Set<Int32>
  ) throws(Fault) -> JSONValue {
    budget -= 1
    if budget < 0 { throw .tooLarge }
    switch value {
    case .none: return .null
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .string(let index): return .string(strings[Int(index)])
    case .container(let index):
      guard open.insert(index).inserted else { throw .cycle }
      guard depth < Self.depthLimit else { throw .tooDeep }
      defer { open.remove(index) }
      switch containers[Int(index)] {
      case .list(let items), .tuple(let items):
        var elements: [JSONValue] = []
        for item in items {
          elements.append(try tree(item, depth: depth + 1, budget: &budget, open: &open))
        }
        return .array(elements)
      case .dictionary(let items):
        return try object(items, depth: depth, budget: &budget, open: &open)
      }
    }
  }

  private func object(
    _ items: [Value], depth: Int, budget: inout Int, open: inout Set<Int32>
  ) throws(Fault) -> JSONValue {
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    for index in stride(from: 0, to: items.count, by: 2) {
      let key = try key(items[index])
      guard keys.insert(key).inserted else { throw .duplicateKey(key) }
      members.append(
        JSONValue.Member(
          key: key,
          value: try tree(items[index + 1], depth: depth + 1, budget: &budget, open: &open)))
    }
    return .object(members)
  }

  /// A number as a key is its digits, as it is in JSON.
  private func key(_ value: Value) throws(Fault) -> String {
    switch value {
    case .string(let index): return strings[Int(index)]
    case .integer(let number): return String(number)
    default: throw .keyOfAnotherKind
    }
  }
}
