import Diagnostics
import JSON

/// A part of a fabric that carries less than it was built for.
public struct FabricFault: Sendable, Hashable {
  /// Which part.
  public var pattern: FabricPattern
  /// The share of its bandwidth that is left: 0 for none.
  public var factor: Double
  /// What made it so.
  public var cause: Cause

  /// What made it so.
  public enum Cause: String, Sendable {
    /// It is lost.
    case fail
    /// It runs slower.
    case degrade
    /// Others use it.
    case load
  }

  init(pattern: FabricPattern, factor: Double, cause: Cause) {
    self.pattern = pattern
    self.factor = factor
    self.cause = cause
  }

  /// The loss of a part.
  public init(failing pattern: FabricPattern) {
    self.init(pattern: pattern, factor: 0, cause: .fail)
  }

  /// A loss, as the command line says it.
  ///
  /// - Throws: a `Diagnostic` of code `usage` where the text names no part of a fabric.
  public static func fail(_ text: String) throws -> FabricFault {
    FabricFault(pattern: try FabricPattern(text), factor: 0, cause: .fail)
  }

  /// A slower part: `PART=SHARE`.
  ///
  /// - Throws: a `Diagnostic` of code `usage`.
  public static func degrade(_ text: String) throws -> FabricFault {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let factor = Double(sides[1]), factor > 0, factor < 1 else {
      throw Diagnostic(
        .usage, "--degrade '\(text)' is not PART=SHARE with a share between 0 and 1",
        remedy: "write for example --degrade pod0/gpu3/plane2=0.5 for half of its bandwidth")
    }
    return FabricFault(
      pattern: try FabricPattern(String(sides[0])), factor: factor, cause: .degrade)
  }

  /// What results call it.
  public var text: String {
    switch cause {
    case .fail: "fail \(pattern.text)"
    case .degrade: "degrade \(pattern.text)=\(factor)"
    case .load: "load \(pattern.text)=\(1 - factor)"
    }
  }
}

/// Reads the faults that a fabric's document holds.
struct FaultReader {
  /// A fault, and where the document names its part.
  struct Located {
    var fault: FabricFault
    var links: JSONNode
  }

  private let root: JSONNode

  init(_ root: JSONNode) { self.root = root }

  func faults() throws -> [Located] {
    var faults: [Located] = []
    for element in try root.optional("fail")?.elements() ?? [] {
      faults.append(try located(element, factor: 0, cause: .fail))
    }
    for (key, share, cause) in [
      ("degrade", "to", FabricFault.Cause.degrade), ("load", "share", .load),
    ] {
      for element in try root.optional(key)?.elements() ?? [] {
        try element.allow(keys: ["links", share])
        let node = try element.required(share)
        let value = try node.double(exclusive: true)
        guard value < 1 else {
          throw node.diagnostic(.valueOutOfRange, "is \(value) and must be between 0 and 1")
        }
        faults.append(
          try located(
            element.required("links"), factor: cause == .load ? 1 - value : value, cause: cause))
      }
    }
    guard faults.count <= 10_000 else {
      throw root.diagnostic(.limitExceeded, "\(faults.count) faults are more than 10000")
    }
    return faults
  }

  private func located(
    _ links: JSONNode, factor: Double, cause: FabricFault.Cause
  ) throws -> Located {
    try links.rephrasing {
      let pattern = try FabricPattern(links.string())
      return Located(
        fault: FabricFault(pattern: pattern, factor: factor, cause: cause), links: links)
    }
  }
}

extension FaultReader.Located {
  /// - Throws: a `Diagnostic` with the key path where the fabric has no such part.
  func check(_ health: Health) throws {
    try links.rephrasing { try health.check(fault) }
  }
}

extension JSONNode {
  /// What is a mistake of usage on the command line is one of a value in a document.
  fileprivate func rephrasing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let diagnostic as Diagnostic where diagnostic.code == .usage {
      throw self.diagnostic(
        .valueOutOfRange, diagnostic.problem, remedy: diagnostic.remedy ?? "")
    }
  }
}
