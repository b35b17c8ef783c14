/// The bytes of one execution, and the folder that they are put into.
///
/// Where a target reads several files, the bytes hold one after the other, with a line of `=====`
/// between.
struct Input {
  /// What libFuzzer made.
  let bytes: UnsafeRawBufferPointer
  /// Where files go.
  let folder: WorkFolder
  /// Whether what was read goes on to the stages behind. Without that, many more inputs can be read.
  let goesOn: Bool

  private static let mark = Array("\n=====\n".utf8)

  /// Puts all bytes into one file; gives its path.
  func file(_ name: String) -> String { folder.write(name, bytes) }

  /// Puts each piece into the file of its place, those without one left out; gives the paths.
  func files(_ names: [String]) -> [String] {
    var paths: [String] = []
    var rest: UnsafeRawBufferPointer? = bytes
    for name in names {
      guard let piece = rest else {
        folder.remove(name)
        continue
      }
      let end = Self.firstMark(in: piece)
      paths.append(
        folder.write(name, UnsafeRawBufferPointer(rebasing: piece[..<(end ?? piece.count)])))
      rest = end.map { UnsafeRawBufferPointer(rebasing: piece[($0 + Self.mark.count)...]) }
    }
    return paths
  }

  private static func firstMark(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    return (0...bytes.count - mark.count).first { start in
      bytes[start] == mark[0] && bytes[start..<start + mark.count].elementsEqual(mark)
    }
  }
}
