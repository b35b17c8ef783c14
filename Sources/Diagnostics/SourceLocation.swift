/// The place in an input that a diagnostic speaks of, as precisely as it is known.
public struct SourceLocation: Hashable, Sendable {
  /// The file as the user named it.
  public var file: String
  /// Line, counted from 1.
  public var line: Int?
  /// Absolute offset, counted from 0, in the file's text (after decompression).
  public var byteOffset: Int64?
  /// Path of keys in a JSON document: `pod.scale_up.bandwidth_gbps`.
  public var keyPath: String?

  /// A place in `file`.
  public init(
    file: String, line: Int? = nil, byteOffset: Int64? = nil, keyPath: String? = nil
  ) {
    self.file = file
    self.line = line
    self.byteOffset = byteOffset
    self.keyPath = keyPath
  }
}
