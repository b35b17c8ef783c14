import Dispatch
import Glibc
import Synchronization

/// Decompresses a file on a thread of its own, a few pieces ahead of whoever reads.
///
/// Pieces, and the errors between them, come in the order and with the sizes that reading the file
/// itself with a buffer of a piece's size would give. Never more than `depth` of them are in memory.
final class AheadReader: ByteSource {
  private let pieces: Pieces
  /// What is left of the piece that was taken last.
  private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  private var holdsPiece = false
  private(set) var taken: Int64?

  init(_ file: DecodedFile, piece size: Int) {
    taken = file.taken
    pieces = Pieces(file, size: size)
    pieces.start()
  }

  deinit { pieces.cancel() }

  func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    if rest.isEmpty {
      if holdsPiece { pieces.giveBack() }
      holdsPiece = false
      let piece = try pieces.next()
      holdsPiece = !piece.bytes.isEmpty
      rest = piece.bytes
      taken = piece.taken
    }
    let count = min(output.count, rest.count)
    output.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    return count
  }

  func skip(_ count: Int64) throws -> Int64 {
    preconditionFailure("what is compressed has to be read")
  }
}

/// Pieces of a file on their way from the thread that makes them to the one that takes them.
///
/// Each buffer belongs to one of the two at any time, and the semaphores hand it over; the file is the
/// maker's alone. That is what makes it safe to share.
private final class Pieces: @unchecked Sendable {
  private struct Made {
    var count = 0
    var taken: Int64?
  }

  /// Pieces in memory.
  private static let depth = 4

  private let file: DecodedFile
  private let buffers: [UnsafeMutableRawBufferPointer]
  private let outcomes = Mutex<[Result<Made, any Error>]>([])
  private let free = DispatchSemaphore(value: 0)
  private let ready = DispatchSemaphore(value: 0)
  private let isCancelled = Atomic(false)
  /// Of the taker: pieces taken, and what the file ended in.
  private var count = 0
  private var end: Result<Made, any Error>?

  init(_ file: DecodedFile, size: Int) {
    self.file = file
    buffers = (0..<Self.depth).map { _ in
      .allocate(byteCount: size, alignment: MemoryLayout<UInt64>.alignment)
    }
    // Semaphores may not go away with less than they began with.
    for _ in buffers { free.signal() }
  }

  deinit { for buffer in buffers { buffer.deallocate() } }

  func start() {
    var thread = pthread_t()
    let owner = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Pieces>.fromOpaque(argument).takeRetainedValue().make()
        return nil
      }, owner.toOpaque())
    if code == 0 {
      pthread_detach(thread)
    } else {
      // Without a thread the pieces are made as they are taken.
      owner.release()
      isAlone = true
    }
  }

  private var isAlone = false
  private var turn = 0

  private func make() {
    while makeOne() {}
  }

  /// Makes a piece once there is room; false where it is the last, or nobody wants it.
  private func makeOne() -> Bool {
    free.wait()
    if isCancelled.load(ordering: .acquiring) { return false }
    let outcome = Result {
      let count = try file.read(into: buffers[turn])
      return Made(count: count, taken: file.taken)
    }
    outcomes.withLock { $0.append(outcome) }
    turn = (turn + 1) % Self.depth
    ready.signal()
    return (try? outcome.get().count > 0) ?? false
  }

  /// Ends the thread, where it still runs.
  func cancel() {
    isCancelled.store(true, ordering: .releasing)
    free.signal()
  }

  /// The next piece; of no bytes at the end. It is the caller's until `giveBack()`.
  func next() throws -> (bytes: UnsafeRawBufferPointer, taken: Int64?) {
    let outcome = end ?? awaited()
    let made = try outcome.get()
    let buffer = buffers[(count + buffers.count - 1) % buffers.count]
    return (UnsafeRawBufferPointer(rebasing: buffer[..<made.count]), made.taken)
  }

  private func awaited() -> Result<Made, any Error> {
    if isAlone { _ = makeOne() }
    ready.wait()
    let outcome = outcomes.withLock { $0.removeFirst() }
    count += 1
    if (try? outcome.get().count > 0) != true { end = outcome }
    return outcome
  }

  func giveBack() { free.signal() }
}
