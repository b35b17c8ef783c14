import Diagnostics

/// An order of the dimensions of parallelism as Megatron writes it: `tp-cp-ep-dp-pp`, the leftmost
/// varying fastest, with sizes where they are stated: `tp:8-cp:1-ep:8-dp:4-pp:2`.
///
/// Behind an `@` stands the order in which the job numbers its ranks, where that is not Megatron's own
/// and the trace's groups don't tell.
public struct ParallelOrder: Sendable, Hashable {
  /// A dimension.
  public struct Dimension: Sendable, Hashable {
    /// What it is called.
    public var name: String
    /// Its size, where stated.
    public var size: Int?
  }

  /// The dimensions, that which varies fastest over GPUs first.
  public var dimensions: [Dimension]
  /// The job's own numbering of ranks: names of the same dimensions, the fastest first; where stated.
  public var numbering: [String]?

  /// Megatron's default.
  static let megatron = ["tp", "cp", "ep", "dp", "pp"]

  /// Reads what stands behind `order=`.
  ///
  /// - Throws: a usage `Diagnostic`.
  init(_ text: String) throws {
    let sides = text.split(separator: "@", omittingEmptySubsequences: false)
    func fault(_ problem: String) -> Diagnostic {
      Diagnostic(
        .usage, "placement 'order=\(text)': \(problem)",
        remedy: "write for example order=tp:8-ep:8-dp:4-pp:2, or with the job's own numbering "
          + "order=ep-tp-dp-pp@tp-ep-dp-pp")
    }
    guard sides.count <= 2 else { throw fault("there is more than one '@'") }
    dimensions = try sides[0].split(separator: "-", omittingEmptySubsequences: false).map { part in
      let words = part.split(separator: ":", omittingEmptySubsequences: false)
      guard let name = words.first, !name.isEmpty, words.count <= 2 else {
        throw fault("'\(part)' is no dimension")
      }
      guard words.count == 2 else { return Dimension(name: String(name), size: nil) }
      guard let size = NumberRanges.number(words[1]), 1...1 << 20 ~= size else {
        throw fault("'\(words[1])' is no size of '\(name)'")
      }
      return Dimension(name: String(name), size: size)
    }
    let names = dimensions.map(\.name)
    for (place, name) in names.enumerated() where names[..<place].contains(name) {
      throw fault("'\(name)' stands in it twice")
    }
    guard sides.count == 2 else { return }
    let own = sides[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard own.sorted() == names.sorted() else {
      throw fault("'\(sides[1])' has not the same dimensions as '\(names.joined(separator: "-"))'")
    }
    numbering = own
  }
}
