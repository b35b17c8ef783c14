public import Diagnostics

/// What is lost of one damaged file while reading goes on with the rest: each loss a diagnostic, and
/// all of them together assumptions, so that no result hides them.
public struct Salvage: Sendable {
  /// The code of its assumptions.
  public static let code = "salvaged"

  /// The losses, located.
  public private(set) var log = DiagnosticLog()
  /// Records that could not be read.
  public private(set) var lostRecords = 0
  /// Whether the file was ended early.
  public var isStopped: Bool { stopped != nil }
  private var stopped: String?
  private var firstLoss: Diagnostic?
  private let name: String

  /// Nothing lost yet of the file that reports call `name`.
  public init(fileNamed name: String) { self.name = name }

  /// Leaves out one record.
  ///
  /// - Throws: `diagnostic`, where it is no damage.
  public mutating func leaveOut(_ diagnostic: Diagnostic) throws {
    guard diagnostic.isDamage else { throw diagnostic }
    lostRecords += 1
    firstLoss = firstLoss ?? diagnostic
    log.note(diagnostic.loss("the record is left out"))
  }

  /// Ends the file early, with what has been read of it.
  ///
  /// - Parameters:
  ///   - kept: events read before the damage.
  ///   - reach: how far the file was read: "byte 812 of its text".
  /// - Throws: `diagnostic`, where it is no damage, or nothing had been read.
  public mutating func stop(_ diagnostic: Diagnostic, kept: Int, reach: String) throws {
    guard diagnostic.isDamage, kept > 0 else { throw diagnostic }
    log.note(diagnostic.loss("read up to \(reach), events kept: \(kept)"))
    stopped = "\(name) is damaged and was read up to \(reach), events kept: \(kept)"
  }

  /// Throws the first loss where nothing else of the file is left.
  public func check(kept: Int) throws {
    if kept == 0, let firstLoss { throw firstLoss }
  }

  /// What a result of this file leans on.
  public var assumptions: [Assumption] {
    var texts: [String] = []
    if let stopped { texts.append(stopped) }
    if lostRecords > 0 {
      texts.append("records of \(name) that can't be read are left out: \(lostRecords)")
    }
    return texts.map { Self.assumption($0) }
  }

  /// The assumption for files left out whole, by their names; `nil` where there are none.
  public static func filesLeftOut(_ names: [String], of count: Int) -> Assumption? {
    guard !names.isEmpty else { return nil }
    let shown = names.sorted().prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
    return assumption(
      "\(names.count) of \(count) files can't be read and are left out: \(shown)")
  }

  /// The assumption for an archive of which the rest can't be read.
  public static func archiveCut(_ name: String, files: Int) -> Assumption {
    assumption(
      "the archive \(name) is damaged, and what follows is left out, files found: \(files)")
  }

  /// The assumption for ranks that did the same as ranks whose files are left out.
  static func repeatsLeftOut(_ count: Int) -> Assumption {
    assumption("ranks that did the same as one that is left out are left out with it: \(count)")
  }

  private static func assumption(_ text: String) -> Assumption {
    Assumption(code, "salvaged: " + text)
  }
}

extension Trace {
  /// Whether something of it was lost to damage when it was read.
  public var isSalvaged: Bool { assumptions.contains { $0.code == Salvage.code } }
}
