import Diagnostics
import Fabric
import Streams

/// GPUs that others have: a job gets none of them.
struct TakenGPUs: Sendable {
  private var isTaken: [Bool] = []
  /// How many.
  private(set) var count = 0

  /// None.
  init() {}

  /// Those that `words` name together: patterns (`pod0/gpu[0-3]`), or files with patterns in their
  /// lines. A pattern comes first: a file of such a name needs a path.
  ///
  /// - Throws: a `Diagnostic` where a word is neither, or names a GPU that the fabric doesn't have.
  init(_ words: [String], on fabric: Fabric, _ layout: FabricLayout) throws {
    guard !words.isEmpty else { return }
    isTaken = Array(repeating: false, count: fabric.gpuCount)
    let pattern = GPUPattern(layout)
    for word in words {
      if GPUPattern.isMeant(word) {
        try take(word, pattern) { fault in
          Diagnostic(.usage, "--taken '\(word)': \(fault.problem)", remedy: fault.remedy)
        }
      } else {
        try take(file: word, pattern)
      }
    }
    count = isTaken.count { $0 }
  }

  /// Whether a GPU is among them.
  func contains(_ gpu: Int) -> Bool { !isTaken.isEmpty && isTaken[gpu] }

  private mutating func take(file path: String, _ pattern: GPUPattern) throws {
    let lines: [PlacementLines.Line]
    do {
      lines = try PlacementLines.read(path)
    } catch var diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      diagnostic.problem = "is neither a pattern of GPUs nor a file"
      diagnostic.remedy = "write for example --taken pod0/gpu[0-3]"
      throw diagnostic
    }
    for line in lines {
      try take(line.text, pattern) { fault in
        Diagnostic(
          .malformedPlacement, at: SourceLocation(file: path, line: line.number), fault.problem,
          remedy: fault.remedy)
      }
    }
  }

  private mutating func take(
    _ text: String, _ pattern: GPUPattern, fault: (GPUPattern.Fault) -> Diagnostic
  ) throws {
    let ranges: [Range<Int>]
    do {
      ranges = try pattern.gpus(text)
    } catch {
      throw fault(error)
    }
    for range in ranges {
      for gpu in range { isTaken[gpu] = true }
    }
  }
}
