import Diagnostics
import Streams
import Synchronization
import Trace

/// Captures of small files by their text: ranks of one group of a generated workload differ in nothing
/// but their files' names, and are read once.
final class AlikeCaptures: Sendable {
  /// The most bytes of text that are remembered.
  private static let limit = 1 << 24

  private struct Known {
    var captures: [[UInt8]: RankCapture] = [:]
    var bytes = 0
  }

  private let known = Mutex(Known())

  /// The capture of a file: that of another with the same text, where nothing in it hangs on whose file
  /// it is, or what `read` makes of it.
  ///
  /// - Parameter content: the file's text; `nil` where it is too long to be remembered.
  func capture(
    path: String, _ content: [UInt8]?, read: () throws -> RankCapture
  ) rethrows -> RankCapture {
    guard let content else { return try read() }
    if var capture = known.withLock({ $0.captures[content] }) {
      capture.path = path
      capture.namedRank = ChakraTrace.rankInName(lastComponent(path))
      return capture
    }
    let capture = try read()
    guard capture.isAnyRanks else { return capture }
    known.withLock { known in
      guard known.bytes + content.count <= Self.limit else { return }
      known.bytes += content.count
      known.captures[content] = capture
    }
    return capture
  }
}

extension RankCapture {
  /// Whether it would be the same in a file of another name, but for that: it holds no place in its file,
  /// and no message between two ranks, which is held against the number in the name.
  fileprivate var isAnyRanks: Bool {
    log.entries.isEmpty && assumptions.isEmpty && chakra?.firstDangling == nil
      && !trace.communications.contains { $0.kind.isPointToPoint }
  }
}
