/// The process's own streams, written without a buffer between.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes all of `bytes`.
  ///
  /// - Throws: a `Diagnostic` where the other end takes no more.
  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try writeAll($0, to: rawValue, named: "standard \(self)") }
  }
}
