public import Collectives
import Diagnostics
import JSON
import Streams

/// A calibration as a file, schema `refract.calibration/1`.
public enum CalibrationFile {
  static let schema = "refract.calibration/1"

  /// Reads one.
  ///
  /// - Throws: a `Diagnostic` with file and key path.
  public static func read(_ path: String) throws -> Calibration {
    let node = try JSONNode(contentsOfFile: path, limit: 1 << 24)
    try node.allow(keys: [
      "schema", "fabric", "trace", "step_error", "step_error_without", "classes",
    ])
    let without = try node.required("step_error_without")
    try without.allow(keys: ["calibration", "communication"])
    let schemaNode = try node.required("schema")
    guard try schemaNode.string() == schema else {
      throw schemaNode.diagnostic(
        .unknownFormat, "must be '\(schema)'", remedy: "make one with 'refract calibrate'")
    }
    return Calibration(
      fabric: try node.required("fabric").string(), trace: try node.required("trace").string(),
      stepError: try node.required("step_error").double(atLeast: -1),
      stepErrorWithout: Calibration.StepErrors(
        calibration: try without.required("calibration").double(atLeast: -1),
        communication: try without.required("communication").double(atLeast: -1)),
      classes: try node.required("classes").elements().map(readClass))
  }

  private static func readClass(_ node: JSONNode) throws -> Calibration.Class {
    try node.allow(keys: [
      "title", "algorithm", "bytes_per_member", "group_size", "crosses_pods", "latency_ns",
      "efficiency", "loss_ns_per_byte", "samples", "median_bias", "median_error", "p95_error",
      "held_out_error",
      "includes_waiting",
    ])
    let bytes = try range(node.required("bytes_per_member"))
    let sizes = try range(node.required("group_size"))
    return Calibration.Class(
      title: try node.required("title").string(),
      algorithm: try node.required("algorithm").string(), bytesPerMember: bytes,
      groupSizes: Int(min(sizes.lowerBound, 1e9))...Int(min(sizes.upperBound, 1e9)),
      crossesPods: try node.required("crosses_pods").bool(),
      latency: try node.required("latency_ns").double(atLeast: -1e18) * 1e-9,
      efficiency: try node.required("efficiency").double(exclusive: true),
      lossNanosecondsPerByte: try node.required("loss_ns_per_byte").double(),
      fit: Calibration.Fit(
        samples: try node.required("samples").int(in: 1...Int(Int32.max)),
        bias: try node.required("median_bias").double(atLeast: -1),
        medianError: try node.required("median_error").double(),
        tailError: try node.required("p95_error").double(),
        heldOutError: try node.optional("held_out_error")?.double(),
        includesWaiting: try node.required("includes_waiting").bool()))
  }

  private static func range(_ node: JSONNode) throws -> ClosedRange<Double> {
    let ends = try node.elements().map { try $0.double() }
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw node.diagnostic(.valueOutOfRange, "must be two numbers, the smaller first")
    }
    return ends[0]...ends[1]
  }

  /// Writes one, whole or not at all.
  public static func write(_ calibration: Calibration, to path: String) throws {
    let file = try OutputFile(path: path)
    try file.write(document(calibration))
    try file.commit()
  }

  /// The file's bytes.
  public static func document(_ calibration: Calibration) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", schema)
      json.member("fabric", calibration.fabric)
      json.member("trace", calibration.trace)
      json.member("step_error", calibration.stepError)
      json.key("step_error_without")
      json.object { json in
        json.member("calibration", calibration.stepErrorWithout.calibration)
        json.member("communication", calibration.stepErrorWithout.communication)
      }
      json.key("classes")
      json.array { json in for entry in calibration.classes { write(entry, to: &json) } }
    }
    json.endLine()
    return json.bytes
  }

  private static func write(_ entry: Calibration.Class, to json: inout JSONWriter) {
    json.object { json in
      json.member("title", entry.title)
      json.member("algorithm", entry.algorithm)
      json.key("bytes_per_member")
      json.array { json in
        json.number(entry.bytesPerMember.lowerBound)
        json.number(entry.bytesPerMember.upperBound)
      }
      json.member("group_size", [entry.groupSizes.lowerBound, entry.groupSizes.upperBound])
      json.member("crosses_pods", entry.crossesPods)
      json.member("latency_ns", entry.latency * 1e9)
      json.member("efficiency", entry.efficiency)
      json.member("loss_ns_per_byte", entry.lossNanosecondsPerByte)
      json.member("samples", entry.fit.samples)
      json.member("median_bias", entry.fit.bias)
      json.member("median_error", entry.fit.medianError)
      json.member("p95_error", entry.fit.tailError)
      if let error = entry.fit.heldOutError { json.member("held_out_error", error) }
      json.member("includes_waiting", entry.fit.includesWaiting)
    }
  }
}
