import Diagnostics
import Streams
import Trace

/// Brings the files of one rank together: the stage between the readers, which see one file each, and
/// `JobAssembler`, which sees one capture a rank.
///
/// A rank's trace is completed from its splits file, then from its execution trace, then from what the
/// capture kit says of the job. A rank of which there is only an execution trace becomes one without
/// times.
struct FileJoiner {
  private var captures: [RankCapture] = []
  private var records: [RankRecords] = []
  private var manifests: [CaptureManifest] = []
  private var notes: [Diagnostic] = []

  /// What joining yields.
  struct Joined {
    /// One capture a rank, as far as files say of which rank they are.
    var captures: [RankCapture]
    /// What concerns no single rank.
    var notes: [Diagnostic]
  }

  /// - Parameter files: all that was read, in any order.
  init(_ files: [CaptureFile]) {
    for file in files {
      switch file {
      case .rank(let capture): captures.append(capture)
      case .records(let file): records.append(file)
      case .manifest(let manifest): manifests.append(manifest)
      case .groups: break
      }
    }
    // The order of the files decides nothing.
    records.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Joins.
  ///
  /// - Throws: a `Diagnostic` where two files of one kind claim one rank, where files are of different
  ///   jobs, and where none says what a rank did.
  consuming func join() throws -> Joined {
    let manifest = try theManifest()
    numberFiles(manifest)
    let traces = try recordsByRank(.executionTrace)
    let splits = try recordsByRank(.splitsFile)
    let timed = captures.map(\.trace.originNanoseconds).min()
    try addUntimedRanks(traces, from: timed ?? 0)
    guard !captures.isEmpty else { throw nothingTimed(manifest) }
    // Groups of other ranks need be declared only once.
    let first = captures.indices.min { order($0) < order($1) }
    for index in captures.indices {
      var joint = RankJoint(captures[index])
      if let rank = captures[index].rank {
        if let file = splits[rank] { try joint.take(file) }
        if let file = traces[rank], file.path != captures[index].path { try joint.take(file) }
      }
      if let manifest { try joint.take(manifest, declaresGroups: index == first) }
      captures[index] = joint.capture
    }
    noteStrays(splits, manifest)
    return Joined(captures: captures, notes: notes)
  }

  private func order(_ capture: Int) -> (Int32, String) {
    (captures[capture].rank?.raw ?? .max, captures[capture].path)
  }

  private func theManifest() throws -> CaptureManifest? {
    if manifests.count > 1 {
      let paths = manifests.map(\.path).sorted()
      throw Diagnostic(
        .collectiveMismatch, at: SourceLocation(file: paths[1]),
        "is the manifest of a capture, and so is \(paths[0])",
        remedy: "name files of one capture only")
    }
    return manifests.first
  }

  // MARK: Numbers

  /// Gives files their rank where it is known: from their content, from the manifest, from their
  /// names, from where an unnamed group has them; or because there is only one rank.
  private mutating func numberFiles(_ manifest: CaptureManifest?) {
    for index in records.indices where records[index].rank == nil {
      let name = lastComponent(records[index].path)
      if let (rank, source) = Self.rank(ofFile: name, manifest) {
        records[index].rank = rank
        records[index].rankSource = source
      } else {
        records[index].rank = records[index].likelyRank
      }
    }
    for index in captures.indices where captures[index].rank == nil {
      if let rank = captures[index].namedRank {
        captures[index].rank = rank
        captures[index].rankSource = "file name"
        continue
      }
      let name = lastComponent(captures[index].path)
      if let (rank, source) = Self.rank(ofFile: name, manifest) {
        captures[index].rank = rank
        captures[index].rankSource = source
      }
    }
    guard captures.count == 1, records.count(where: { $0.source == .executionTrace }) == 1,
      let trace = records.firstIndex(where: { $0.source == .executionTrace })
    else { return }
    switch (captures[0].rank, records[trace].rank) {
    case (let rank?, nil): records[trace].rank = rank
    case (nil, let rank?):
      captures[0].rank = rank
      captures[0].rankSource = "execution trace"
    case (nil, nil):
      captures[0].assumeFirstRank()
      records[trace].rank = captures[0].rank
    default: break
    }
  }

  /// The rank of a file that does not say it itself, and how it is known.
  private static func rank(
    ofFile name: String, _ manifest: CaptureManifest?
  ) -> (RankID, source: String)? {
    if let rank = manifest?.rank(ofFile: name) { return (rank, "manifest") }
    return rankInName(name).map { ($0, "file name") }
  }

  private func recordsByRank(
    _ source: SizeProvenance.Source
  ) throws -> [RankID: RankRecords] {
    var byRank: [RankID: RankRecords] = [:]
    for file in records where file.source == source {
      guard let rank = file.rank else { continue }
      if let other = byRank.updateValue(file, forKey: rank) {
        throw Diagnostic(
          .duplicateRank, at: SourceLocation(file: file.path),
          "is rank \(rank.raw), and so is \(other.path)",
          remedy: "name one file of each kind a rank, all of one job")
      }
    }
    return byRank
  }

  // MARK: Ranks without times

  /// - Parameter origin: where the clocks of other ranks start, so that they stay one.
  private mutating func addUntimedRanks(
    _ traces: [RankID: RankRecords], from origin: Int64
  ) throws {
    let known = Set(captures.compactMap(\.rank))
    for file in records where file.source == .executionTrace {
      if let rank = file.rank, known.contains(rank) { continue }
      var capture = try UntimedRank.capture(file)
      capture.trace.originNanoseconds = origin
      captures.append(capture)
    }
  }

  private func nothingTimed(_ manifest: CaptureManifest?) -> Diagnostic {
    let path = records.first?.path ?? manifest?.path ?? ""
    return Diagnostic(
      .ranksMissing, at: SourceLocation(file: path),
      records.isEmpty
        ? "is the manifest of a capture, and no trace is named beside it"
        : "is a splits file, and no trace is named beside it",
      remedy: "name the directory that holds the whole capture")
  }

  /// Files that no rank has a use for, and ranks that the capture lacks.
  private mutating func noteStrays(
    _ splits: [RankID: RankRecords], _ manifest: CaptureManifest?
  ) {
    let known = Set(captures.compactMap(\.rank))
    for file in records where file.source == .splitsFile && !file.calls.isEmpty {
      guard let rank = file.rank, !known.contains(rank) else { continue }
      notes.append(
        Diagnostic(
          .ranksMissing, severity: .warning, at: SourceLocation(file: file.path),
          "is of rank \(rank.raw), of which no trace is named; it is not used"))
    }
    if let manifest, !manifest.missingRanks.isEmpty {
      notes.append(
        Diagnostic(
          .ranksMissing, severity: .warning, at: SourceLocation(file: manifest.path),
          "the capture was to hold \(rankList(manifest.missingRanks)) as well, of which nothing was "
            + "heard"))
    }
  }
}
