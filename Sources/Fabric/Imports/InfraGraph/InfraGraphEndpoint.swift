import Diagnostics
import JSON

/// One end of an edge: `host[0:4]`, and `nic` in it. Parts of parts (`nic[0].port[1]`) are told by
/// their first word.
struct InfraGraphEndpoint {
  /// A name, and which of the things under it, as Python's slices say.
  struct Selection {
    var name: String
    /// What stands within the brackets; `nil` without any.
    var slice: String?
    var place: SourceLocation
  }

  /// Which devices; `nil` within one.
  var instance: Selection?
  var component: Selection
}

extension InfraGraphEndpoint.Selection {
  /// Reads `name`, `name[2]`, `name[0:4]`, `name[0].other[1]`.
  init(_ node: JSONNode) throws {
    let text = try node.string()
    place = node.location
    let first = text.split(separator: ".", omittingEmptySubsequences: false)[0]
    guard let open = first.firstIndex(of: "[") else {
      name = String(first)
      return
    }
    guard first.last == "]" else {
      throw Diagnostic(
        .malformedTopology, at: place, "the brackets of '\(text)' don't match",
        remedy: "write name[start:stop]")
    }
    name = String(first[..<open])
    slice = String(first[first.index(after: open)...].dropLast())
  }

  /// The numbers that are meant of `count` things.
  ///
  /// - Throws: a `Diagnostic` where the slice is none, or leads beyond them.
  func indices(of count: Int) throws -> [Int] {
    guard let slice else { return Array(0..<count) }
    let parts = slice.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.map { $0.isEmpty ? nil : Int($0) }
    guard 1...3 ~= parts.count, zip(parts, numbers).allSatisfy({ $0.isEmpty || $1 != nil }) else {
      throw wrong("'[\(slice)]' is no slice", "write name[index] or name[start:stop:step]")
    }
    if parts.count == 1 {
      guard let number = numbers[0] else { return Array(0..<count) }
      let index = number < 0 ? number + count : number
      guard (0..<count).contains(index) else {
        throw wrong("there are \(count) of '\(name)', and no number \(number)", "mend the index")
      }
      return [index]
    }
    let step = parts.count == 3 ? numbers[2] ?? 1 : 1
    guard step > 0 else { throw wrong("'[\(slice)]' runs backwards", "use a step above 0") }
    func bound(_ number: Int?, _ usual: Int) -> Int {
      guard let number else { return usual }
      return min(max(number < 0 ? number + count : number, 0), count)
    }
    let (start, stop) = (bound(numbers[0], 0), bound(numbers[1], count))
    guard start < stop else {
      throw wrong("'[\(slice)]' selects none of \(count)", "mend the slice")
    }
    return Array(stride(from: start, to: stop, by: step))
  }

  private func wrong(_ problem: String, _ remedy: String) -> Diagnostic {
    Diagnostic(.malformedTopology, at: place, problem, remedy: remedy)
  }
}
