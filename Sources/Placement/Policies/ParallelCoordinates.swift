import Diagnostics
import Trace

/// The dimensions of an order with their sizes and with what a step in each adds to a rank's number,
/// as stated or as the job's groups tell.
struct ParallelCoordinates {
  private let order: ParallelOrder
  private let job: PlacementJob
  private let word: String
  /// Of the dimensions, in the order's order.
  private(set) var sizes: [Int] = []
  /// What a step in each dimension adds to a rank.
  private(set) var strides: [Int] = []

  /// - Throws: a usage `Diagnostic` where sizes are missing, or don't make the job's ranks.
  init(_ order: ParallelOrder, _ job: PlacementJob, word: String) throws {
    self.order = order
    self.job = job
    self.word = word
    let regular = order.dimensions.map { regularity($0.name) }
    try findSizes(regular)
    let known = zip(regular, sizes).map { $0?.size == $1 ? $0?.stride : nil }
    strides = try findStrides(known)
  }

  /// The ranks in the order in which they go to GPUs.
  ///
  /// - Complexity: O(ranks · dimensions).
  func ranks() -> [Int] {
    var ranks = [0]
    for (size, stride) in zip(sizes, strides) {
      ranks = (0..<size).flatMap { step in ranks.map { $0 + step * stride } }
    }
    return ranks
  }

  /// Size and stride of a dimension's groups where all of them are regular and alike.
  private func regularity(_ name: String) -> (size: Int, stride: Int)? {
    var found: (size: Int, stride: Int)?
    for index in GroupChoice(job).groups(name) {
      let ranks = job.groups[index].ranks
      // A point-to-point pair is named after its two ends, and says nothing of the whole dimension.
      if job.groups[index].name.contains("→") { continue }
      let stride = ranks[1].index - ranks[0].index
      let isRegular = ranks.indices.dropFirst().allSatisfy {
        ranks[$0].index - ranks[$0 - 1].index == stride
      }
      guard isRegular, stride > 0 else { return nil }
      if let found, found != (ranks.count, stride) { return nil }
      found = (ranks.count, stride)
    }
    return found
  }

  private mutating func findSizes(_ regular: [(size: Int, stride: Int)?]) throws {
    var known = zip(order.dimensions, regular).map { $0.size ?? $1?.size }
    // Where experts take part of data parallelism, its groups hold both: what is left counts.
    if let dp = order.dimensions.firstIndex(where: { $0.name == "dp" && $0.size == nil }),
      known.allSatisfy({ $0 != nil }), product(known) != job.worldSize
    {
      known[dp] = nil
    }
    let missing = known.indices.filter { known[$0] == nil }
    guard missing.count <= 1 else {
      let names = missing.map { "'\(order.dimensions[$0].name)'" }.joined(separator: " and ")
      throw fault(
        "neither it nor the trace's groups tell the sizes of \(names)",
        remedy: "write them: \(order.dimensions[missing[0]].name):8")
    }
    let rest = product(known)
    if let one = missing.first, job.worldSize % rest == 0 { known[one] = job.worldSize / rest }
    guard product(known) == job.worldSize, !known.contains(nil) else {
      let text = zip(order.dimensions, known).map { "\($0.name):\($1.map(String.init) ?? "?")" }
      throw fault(
        "\(text.joined(separator: "-")) does not make the job's \(job.worldSize) ranks",
        remedy: "give sizes whose product is the number of ranks")
    }
    sizes = known.compactMap(\.self)
  }

  private func product(_ sizes: [Int?]) -> Int {
    sizes.compactMap(\.self).reduce(1) { product, size in
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      return overflow ? Int(Int32.max) : min(next, Int(Int32.max))
    }
  }

  private func findStrides(_ known: [Int?]) throws -> [Int] {
    if let stated = order.numbering { return try strides(numbered: stated) }
    guard zip(known, sizes).contains(where: { $0 != nil && $1 > 1 }) else {
      let names = order.dimensions.map(\.name)
      guard names.allSatisfy(ParallelOrder.megatron.contains) else {
        throw fault(
          "nothing tells how the job numbers its ranks",
          remedy: "write its own order behind an @, the fastest first")
      }
      return try strides(numbered: ParallelOrder.megatron.filter(names.contains))
    }
    return try stridesOfGroups(known)
  }

  private func strides(numbered names: [String]) throws -> [Int] {
    var strides = Array(repeating: 1, count: sizes.count)
    var stride = 1
    for name in names {
      guard let place = order.dimensions.firstIndex(where: { $0.name == name }) else { continue }
      strides[place] = stride
      stride *= sizes[place]
    }
    return strides
  }

  /// The numbering that the strides of groups make: each dimension begins where those before it end.
  /// One whose groups the trace lacks goes where nothing else does.
  private func stridesOfGroups(_ known: [Int?]) throws -> [Int] {
    var strides = Array(repeating: 1, count: sizes.count)
    var open = sizes.indices.filter { sizes[$0] > 1 }
    var next = 1
    while !open.isEmpty {
      let unknown = open.filter { known[$0] == nil }
      guard let place = open.first(where: { known[$0] == next }) ?? unknown.first,
        known[place] != nil || unknown.count == 1
      else {
        throw fault(
          "the trace's groups don't tell how the job numbers its ranks",
          remedy: "write its own order behind an @, the fastest first")
      }
      strides[place] = next
      next *= sizes[place]
      open.removeAll { $0 == place }
    }
    return strides
  }

  private func fault(_ problem: String, remedy: String) -> Diagnostic {
    Diagnostic(.usage, "placement '\(word)': \(problem)", remedy: remedy)
  }
}
