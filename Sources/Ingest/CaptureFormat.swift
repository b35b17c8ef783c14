import Diagnostics
import Streams

/// The formats that captures come in, told by content and never by name.
enum CaptureFormat: CaseIterable {
  case kineto
  case executionTrace
  case splits
  case captureManifest
  case flightRecorderPickle
  case inspector
  case flightRecorderJSON
  case chakra, chakraJSON
  /// Process groups beside Chakra traces.
  case groups

  /// The format of a file, by its first bytes after decompression; an unknown one is a diagnostic.
  ///
  /// A new format is a case here with its mark, and a reader that `Ingestor` calls for it.
  ///
  /// - Returns: also all of the file's text, where that is no longer than what was looked at.
  static func sniff(_ path: String) throws -> (format: CaptureFormat, content: [UInt8]?) {
    let limit = 1 << 16
    let text = try head(path, limit: limit)
    return (try format(text[...], path: path), text.count < limit ? text : nil)
  }

  private static func head(_ path: String, limit: Int) throws -> [UInt8] {
    let stream = try InputStream(path: path)
    // Not filled with zeros first: most of many small files is never touched.
    return try Array(unsafeUninitializedCapacity: limit) { head, filled in
      while filled < limit {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(head)[filled...])
        let count = try stream.read(into: rest)
        if count == 0 { break }
        filled += count
      }
    }
  }

  private static func format(_ text: ArraySlice<UInt8>, path: String) throws -> CaptureFormat {
    // A rank without all-to-alls has a splits file without lines, in which nothing tells what it is.
    if text.isEmpty, lastComponent(path).hasPrefix("splits_rank") { return .splits }
    if Archive.beginsArchive(text) {
      throw Diagnostic(
        .unknownFormat, at: SourceLocation(file: path),
        "is an archive in a directory or in another archive",
        remedy: "name it as an input of its own, or unpack it")
    }
    if let reason = unreadable(text, path: path) { throw reason }
    // In this order, for a Kineto file may hold keys of the others.
    if let format = allCases.first(where: { $0.recognizes(text) }) { return format }
    throw Diagnostic(
      .unknownFormat, at: SourceLocation(file: path),
      "is in no capture format known here",
      remedy: "name PyTorch Kineto files, Chakra traces, NCCL flight recorder dumps or NCCL "
        + "Inspector files (plain, .gz or .zst), a native trace directory, or an archive (.tar, "
        + ".tar.gz or .tar.zst) of such")
  }

  /// Why a text is none, whatever the format: an encoding, or a file that was never written.
  private static func unreadable(_ head: ArraySlice<UInt8>, path: String) -> Diagnostic? {
    let place = SourceLocation(file: path, byteOffset: 0)
    if head.starts(with: [0xEF, 0xBB, 0xBF]) {
      return Diagnostic(
        .malformedJSON, at: place, "not valid JSON: the text begins with a byte order mark",
        remedy: "save the file as UTF-8 without one")
    }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      return Diagnostic(
        .malformedJSON, at: place, "not valid JSON: the text is UTF-16",
        remedy: "save the file as UTF-8")
    }
    if head.allSatisfy({ $0 == 0 }) {
      return Diagnostic(
        .malformedJSON, at: place, "begins with \(head.count) zero bytes",
        remedy:
          "the disk lost the file, it was never written, or it is an archive of nothing; copy or "
          + "capture it again")
    }
    return nil
  }

  private func recognizes(_ head: ArraySlice<UInt8>) -> Bool {
    if self == .flightRecorderPickle { return PickleReader.recognizes(head) }
    if self == .chakra { return WireShape.beginsChakraTrace(head) }
    let first = head.first { !isSpace($0) }
    // A Chrome trace may be its events alone; each of these has a phase.
    if self == .kineto, first == UInt8(ascii: "[") { return head.holds("\"ph\"") }
    guard first == UInt8(ascii: "{") else { return false }
    switch self {
    case .executionTrace:
      return head.holds("\"nodes\"") && (head.holds("\"schema\"") || head.holds("\"start_ts\""))
    case .splits: return head.holds("\"send_splits_bytes\"") && head.holds("\"call\"")
    case .chakraJSON: return head.holds("\"workload_graph\"")
    case .groups: return GroupsFile.recognizes(head)
    case .captureManifest: return head.holds("\"refract.capture/")
    default: return marks.contains { head.holds("\"" + $0 + "\"") }
    }
  }

  /// Keys of which one is near the beginning of such a JSON file.
  private var marks: [String] {
    switch self {
    case .kineto: ["traceEvents", "deviceProperties", "schemaVersion", "distributedInfo"]
    case .executionTrace, .splits, .captureManifest, .flightRecorderPickle, .chakra, .chakraJSON,
      .groups:
      []
    case .inspector: ["coll_perf", "p2p_perf", "inspector_output_format_version"]
    case .flightRecorderJSON: ["pg_config", "pg_status", "collective_seq_id"]
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func holds(_ text: String) -> Bool {
    let pattern = Array(text.utf8)
    guard count >= pattern.count else { return false }
    return (startIndex...endIndex - pattern.count).contains { start in
      self[start] == pattern[0] && self[start..<start + pattern.count].elementsEqual(pattern)
    }
  }
}
