import Diagnostics
public import JSON
import Trace

extension MoEModel {
  /// The schema of model files.
  public static let schema = "refract.model/1"

  /// The largest of a model's numbers: beyond anything real, and small enough for products of a few.
  private static let most = 1 << 24

  /// Reads a model file.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is wrong.
  public init(_ root: JSONNode) throws {
    let schema = try root.required("schema")
    guard try schema.string() == Self.schema else {
      throw schema.diagnostic(
        .unsupportedVersion, "is '\(try schema.string())', and this version reads \(Self.schema)")
    }
    try root.allow(keys: [
      "schema", "name", "source", "layers", "dense_layers", "dense_width", "hidden", "sequence",
      "attention", "experts", "element_bytes",
    ])
    name = try root.required("name").string()
    source = try root.optional("source")?.string() ?? ""
    layers = try root.required("layers").int(in: 1...Self.most)
    denseLayers = try root.optional("dense_layers")?.int(in: 0...layers) ?? 0
    denseWidth =
      denseLayers > 0 ? try root.required("dense_width").int(in: 1...Self.most) : 0
    hidden = try root.required("hidden").int(in: 1...Self.most)
    sequence = try root.required("sequence").int(in: 1...Self.most)
    attention = try Attention(root.required("attention"))
    experts = try Experts(root.required("experts"), most: Self.most)
    elementBytes = try ElementBytes(root.required("element_bytes"))
  }
}

extension MoEModel.Attention {
  fileprivate init(_ node: JSONNode) throws {
    try node.allow(keys: ["parameters", "score_width"])
    parameters = try node.required("parameters").integer(in: 1...(1 << 48))
    scoreWidth = try node.required("score_width").int(in: 1...(1 << 24))
  }
}

extension MoEModel.Experts {
  fileprivate init(_ node: JSONNode, most: Int) throws {
    try node.allow(keys: [
      "count", "per_token", "width", "matrices", "shared", "groups", "groups_per_token",
    ])
    count = try node.required("count").int(in: 1...(1 << 16))
    let perToken = try node.required("per_token")
    self.perToken = try perToken.int(in: 1...count)
    width = try node.required("width").int(in: 1...most)
    matrices = try node.required("matrices").int(in: 1...16)
    shared = try node.optional("shared")?.int(in: 0...1024) ?? 0
    groups = try node.optional("groups")?.int(in: 1...1024) ?? 1
    groupsPerToken = try node.optional("groups_per_token")?.int(in: 1...groups) ?? 1
    if let fault = routing(tokens: 1, tokenBytes: 1, .dispatch).fault {
      throw node.diagnostic(.valueOutOfRange, fault)
    }
  }
}

extension MoEModel.ElementBytes {
  fileprivate init(_ node: JSONNode) throws {
    try node.allow(keys: ["activation", "dispatch", "combine", "gradient"])
    activation = try node.required("activation").int(in: 1...16)
    dispatch = try node.optional("dispatch")?.int(in: 1...16) ?? activation
    combine = try node.optional("combine")?.int(in: 1...16) ?? activation
    gradient = try node.required("gradient").int(in: 1...16)
  }
}

extension MoEModel {
  /// Changes how many experts a token is sent to.
  ///
  /// - Throws: a `Diagnostic` where the model has not so many, or its groups don't divide them.
  public mutating func send(eachTokenTo count: Int) throws {
    var changed = experts
    changed.perToken = count
    guard count <= experts.count,
      changed.routing(tokens: 1, tokenBytes: 1, .dispatch).fault == nil
    else {
      throw Diagnostic(
        .usage,
        "--top-k \(count): \(name) has \(experts.count) experts in groups of "
          + "\(experts.count / experts.groups), and a token's lie in \(experts.groupsPerToken) of "
          + "these",
        remedy: "take a multiple of \(experts.groupsPerToken), and no more than these hold")
    }
    experts = changed
  }
}
