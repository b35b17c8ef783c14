import Trace

/// Brings the files of one rank together: the stage between the readers, which see one file each, and
/// `JobAssembler`, which sees one capture a rank.
struct FileJoiner {
  private var captures: [RankCapture] = []

  /// - Parameter files: all that was read, in any order.
  init(_ files: [CaptureFile]) {
    for file in files {
      switch file {
      case .rank(let capture): captures.append(capture)
      }
    }
  }

  /// One capture a rank, as far as files say of which rank they are.
  consuming func join() throws -> [RankCapture] { captures }
}
