/// Where the content of an archive's member lies.
struct ArchiveMember: Sendable {
  /// A file that others share.
  final class Backing: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Some of its bytes as a file of their own.
    func part(_ range: Range<Int64>, named path: String) throws -> FileDescriptor {
      try descriptor.part(range, named: path)
    }

    /// Adds bytes at its end.
    func append(_ bytes: UnsafeRawBufferPointer) throws { try descriptor.append(bytes) }
  }

  /// The archive itself, or what was unpacked of it.
  let file: Backing
  let range: Range<Int64>
}
