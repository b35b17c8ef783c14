import Diagnostics
import Glibc

/// The process's own streams, written without a buffer between.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes all of `bytes`.
  ///
  /// - Throws: a `Diagnostic` where the other end takes no more.
  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while !rest.isEmpty {
        let count = Glibc.write(rawValue, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if errno != EINTR {
          throw Diagnostic(
            .cannotWrite, "standard \(self) can't be written: \(message(errno))")
        }
      }
    }
  }
}
