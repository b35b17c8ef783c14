import Diagnostics
public import Streams
public import Trace

/// Turns what a user names into one trace.
public struct Ingestor: Sendable {
  /// Rules for kernels without metadata, in order of preference.
  public var rules: [KernelRules]
  /// Whether to go on with what can be read of damaged input, instead of refusing it.
  public var salvages: Bool
  /// Files read at a time; changes no result.
  public var threads: Int
  /// Whom to tell how far it is.
  public var progress: ReadingProgress?

  /// An ingestor with rules.
  public init(
    rules: [KernelRules] = [], salvages: Bool = false, threads: Int = 1,
    progress: ReadingProgress? = nil
  ) {
    self.rules = rules
    self.salvages = salvages
    self.threads = threads
    self.progress = progress
  }

  /// Reads all `inputs` as one trace: capture files, directories or archives of them, patterns, or one
  /// native trace directory or an archive of it.
  ///
  /// - Throws: a `Diagnostic` that names the file and place; nothing is dropped in silence: what was
  ///   lost of salvaged input stands in the trace's log and among its assumptions.
  public func ingest(_ inputs: [String]) throws -> Trace {
    let opened = try inputs.flatMap(expandPattern).map { path in
      (path, try Archive(path: path, salvages: salvages))
    }
    let archives = opened.compactMap(\.1)
    // Their files are there for as long as they are open.
    return try withExtendedLifetime(archives) {
      var trace = try read(paths: opened.map { $1?.directory ?? $0 })
      for archive in archives { trace.note(archive) }
      return trace
    }
  }

  private func read(paths: [String]) throws -> Trace {
    if paths.count == 1, let path = paths.first, isNative(path) {
      return try NativeTraceReader.read(
        directory: path, salvages: salvages, threads: threads, progress: progress)
    }
    if let path = paths.first(where: isNative) {
      throw Diagnostic(
        .usage, at: SourceLocation(file: path),
        "is a native trace directory, which is a whole trace by itself",
        remedy: "name it alone")
    }
    let files = try paths.flatMap(Self.files)
    var read: [CaptureFile] = []
    var lost: [(path: String, reason: Diagnostic)] = []
    for (file, outcome) in zip(files, readAll(files)) {
      do {
        read.append(try outcome.get())
      } catch let diagnostic as Diagnostic where diagnostic.isDamage && files.count > 1 {
        guard salvages else { throw diagnostic.offeringSalvage }
        lost.append((file, diagnostic))
      }
    }
    if read.isEmpty, let first = lost.first { throw first.reason }
    let groups = read.compactMap { file in
      if case .groups(let groups) = file { groups } else { nil }
    }
    // Groups alone make no job, and say so themselves.
    if groups.count == read.count {
      var none: [RankCapture] = []
      try Self.complete(&none, with: groups)
    }
    var joined = try FileJoiner(read).join()
    try Self.complete(&joined.captures, with: groups)
    return try JobAssembler(joined, lost: lost).assemble()
  }

  /// What comes of each file, in their order, up to the first that ends it all.
  private func readAll(_ files: [String]) -> [Result<CaptureFile, any Error>] {
    // Where there are threads to spare, each file has one that decompresses it.
    let decodesAhead = threads > files.count
    let alike = AlikeCaptures()
    func readAll() -> [Result<CaptureFile, any Error>] {
      inParallel(files, threads: threads) { outcome in
        guard case .failure(let error) = outcome else { return false }
        return !salvages || (error as? Diagnostic)?.isDamage != true
      } _: { file in
        reporting(file, to: progress) {
          Result { try self.read(file, decodesAhead: decodesAhead, alike) }
        }
      }
    }
    return progress.map { $0.reading(files, readAll) } ?? readAll()
  }

  private func isNative(_ path: String) -> Bool {
    pathKind(path + "/" + NativeFormat.manifestName) == .file
  }

  private static func files(_ path: String) throws -> [String] {
    guard pathKind(path) == .directory else { return [path] }
    let entries = try directoryEntries(path)
    let files = entries.map { path + "/" + $0 }.filter { pathKind($0) == .file }
    guard !files.isEmpty else {
      // The capture kit makes a folder for each of several captures.
      let captures = entries.filter { pathKind(path + "/" + $0 + "/capture.json") == .file }
      throw Diagnostic(
        .emptyInput, at: SourceLocation(file: path), "the directory holds no files",
        remedy: captures.isEmpty
          ? "name a directory of capture files, one a rank"
          : "it holds captures; name one of " + captures.joined(separator: ", "))
    }
    return files
  }

  private func read(
    _ path: String, decodesAhead: Bool, _ alike: AlikeCaptures
  ) throws -> CaptureFile {
    let (format, content) = try CaptureFormat.sniff(path)
    switch format {
    case .groups: return .groups(try GroupsFile(path: path))
    case .chakra:
      return .rank(
        try alike.capture(path: path, content) {
          let (nodes, salvage) = try ChakraReader(
            path: path, content: content, salvages: salvages
          ).read()
          return try ChakraTrace(nodes, path: path, salvage: salvage).capture()
        })
    case .chakraJSON:
      let (nodes, salvage) = try ChakraJSONReader.read(path: path, salvages: salvages)
      return .rank(try ChakraTrace(nodes, path: path, salvage: salvage).capture())
    case .kineto:
      var reader = try KinetoReader(
        path: path, rules: rules, salvages: salvages, decodesAhead: decodesAhead)
      return .rank(try reader.read())
    case .executionTrace:
      return .records(try ExecutionTraceReader(path: path, salvages: salvages).read())
    case .splits: return .records(try SplitsReader(path: path, salvages: salvages).read())
    case .captureManifest: return .manifest(try CaptureManifest(path: path))
    case .flightRecorderPickle, .flightRecorderJSON:
      return .rank(
        try FlightRecorderReader(
          path: path, pickled: format == .flightRecorderPickle, salvages: salvages
        ).read())
    case .inspector:
      return .rank(try InspectorReader(path: path, salvages: salvages).read())
    }
  }
}

extension Trace {
  /// Takes over what was not read of an archive.
  fileprivate mutating func note(_ archive: Archive) {
    for note in archive.notes { log.note(note) }
    guard let (reason, files) = archive.damage else { return }
    log.note(reason.loss("read up to there, files found: \(files)"))
    assumptions.append(Salvage.archiveCut(lastComponent(archive.path), files: files))
  }
}
