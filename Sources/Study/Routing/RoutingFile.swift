import Diagnostics
import JSON
public import Workload

/// Routing files: tokens by source rank and expert, as a bare matrix or as `refract.routing/1`.
public enum RoutingFile {
  /// The `schema` of a file with named fields.
  public static let schema = "refract.routing/1"

  /// Reads one.
  ///
  /// - Parameter repeats: whether its matrices may be repeated for larger groups.
  /// - Throws: a `Diagnostic` with file and key path.
  public static func read(_ path: String, repeats: Bool) throws -> ExpertRouting {
    let root = try JSONNode(contentsOfFile: path, limit: 1 << 26)
    if case .array = root.value {
      return ExpertRouting(file: path, layers: [try matrix(root)], repeats: repeats)
    }
    let schema = try root.required("schema")
    guard try schema.string() == Self.schema else {
      throw schema.diagnostic(
        .unsupportedVersion, "is '\(try schema.string())', and this version reads \(Self.schema)")
    }
    try root.allow(keys: ["schema", "description", "source", "layers"])
    let node = try root.required("layers")
    let layers = try node.elements().map { layer in
      try layer.allow(keys: ["name", "tokens"])
      return (try layer.required("tokens"), try matrix(layer.required("tokens")))
    }
    guard let first = layers.first?.1 else {
      throw node.diagnostic(.valueOutOfRange, "is empty", remedy: "give it a matrix")
    }
    for (node, layer) in layers
    where layer.count != first.count || layer[0].count != first[0].count {
      throw node.diagnostic(
        .valueOutOfRange,
        "has \(layer.count) rows and \(layer[0].count) columns, and the first layer has "
          + "\(first.count) and \(first[0].count)",
        remedy: "give all layers one shape")
    }
    return ExpertRouting(file: path, layers: layers.map(\.1), repeats: repeats)
  }

  /// A matrix whose tokens can be counted.
  private static func matrix(_ node: JSONNode) throws -> [[Int64]] {
    var rest = ExpertRouting.mostTokens
    var width: Int?
    let rows = try node.elements().map { row in
      let entries = try row.elements().map { entry in
        let tokens = try entry.integer(in: 0...ExpertRouting.mostTokens)
        guard tokens <= rest else {
          throw entry.diagnostic(
            .valueOutOfRange,
            "brings the tokens of the matrix above \(ExpertRouting.mostTokens)")
        }
        rest -= tokens
        return tokens
      }
      if entries.isEmpty { throw row.diagnostic(.valueOutOfRange, "is an empty row") }
      guard entries.count == width ?? entries.count else {
        throw row.diagnostic(
          .valueOutOfRange, "has \(entries.count) columns, and the first row has \(width ?? 0)",
          remedy: "give all rows one length")
      }
      width = entries.count
      return entries
    }
    if rows.isEmpty { throw node.diagnostic(.valueOutOfRange, "is an empty matrix") }
    return rows
  }
}
