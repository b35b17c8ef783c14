import Diagnostics
import JSON
import Streams

/// Reads a `results.json`: the counterpart of `ResultsJSON`.
public enum ResultsReader {
  /// The schema that this version reads and writes.
  static let schema = "refract.results/1"

  /// Reads a file, or the `results.json` in a directory.
  ///
  /// - Throws: a `Diagnostic` with the key path of what is missing or wrong; `noSuchFile` where
  ///   there is none.
  public static func read(_ path: String) throws -> ResultsDocument {
    guard pathKind(path) == .directory else {
      return try document(JSONNode(contentsOfFile: path))
    }
    do {
      return try document(JSONNode(contentsOfFile: path + "/results.json"))
    } catch var diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      diagnostic.remedy = "name a directory that replay or compare wrote with -o"
      throw diagnostic
    }
  }

  /// Reads a parsed document.
  static func document(_ root: JSONNode) throws -> ResultsDocument {
    let schema = try root.required("schema")
    let name = try schema.string()
    guard name == Self.schema else {
      throw schema.diagnostic(
        .unsupportedVersion, "is '\(name)', and this version reads \(Self.schema)",
        remedy: name.hasPrefix("refract.results/")
          ? "replay again with this version" : "name a results.json of replay or compare")
    }
    return ResultsDocument(
      version: try root.required("version").string(),
      scenarios: try root.required("scenarios").elements().map(scenario))
  }

  private static func scenario(_ node: JSONNode) throws -> ResultsDocument.Scenario {
    let interval = try node.required("step_time_interval_ns")
    let ends = try interval.elements().map { try $0.integer(in: times) }
    guard ends.count == 2 else {
      throw interval.diagnostic(.valueOutOfRange, "has \(ends.count) elements, not 2")
    }
    return ResultsDocument.Scenario(
      key: ResultsDocument.Scenario.Key(
        trace: try node.required("trace").string(), fabric: try node.required("fabric").string(),
        placement: try node.required("placement").string(),
        tier: try node.required("tier").string()),
      stepTime: try time(node, "step_time_ns"),
      capturedStepTime: try time(node, "captured_step_time_ns"),
      parts: try ["compute_ns", "exposed_transfer_ns", "waiting_ns", "lag_ns"].map {
        try time(node, $0)
      },
      interval: ends, selfCheckError: try share(node.required("self_check_error")),
      calibratedError: try node.optional("calibrated_error").map(share),
      bytes: try node.required("bytes").double(),
      energyJoules: try node.optional("energy_j")?.double(),
      busiestLink: try node.required("busiest_link").string(),
      busiestLinkUtilization: try node.required("busiest_link_utilization").double(),
      groups: try node.required("groups").elements().map(group),
      assumptions: try notes(node.required("assumptions"), text: "text"),
      diagnostics: try notes(node.required("diagnostics"), text: "problem"))
  }

  private static let times = -Int64.max...Int64.max

  private static func time(_ node: JSONNode, _ key: String) throws -> Int64 {
    try node.required(key).integer(in: times)
  }

  private static func share(_ node: JSONNode) throws -> Double {
    try node.double(atLeast: -.greatestFiniteMagnitude)
  }

  private static func group(_ node: JSONNode) throws -> ResultsDocument.Group {
    ResultsDocument.Group(
      name: try node.required("name").string(), purpose: try node.required("purpose").string(),
      exposed: try time(node, "exposed_transfer_ns"),
      wireBytes: try node.required("wire_bytes").double())
  }

  private static func notes(
    _ node: JSONNode, text: String
  ) throws -> [ResultsDocument.Note] {
    try node.elements().map {
      ResultsDocument.Note(
        code: try $0.required("code").string(), text: try $0.required(text).string())
    }
  }
}
