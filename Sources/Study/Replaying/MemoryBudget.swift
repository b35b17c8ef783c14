import Diagnostics
import Glibc
import Quantities

/// The memory that a process may take; a replay that would take more ends before it does.
public struct MemoryBudget: Sendable, Hashable {
  /// The most bytes resident.
  public var bytes: Int

  /// A budget.
  public init(bytes: Int) { self.bytes = bytes }

  /// What the machine has, less a tenth for all else.
  public static var machine: MemoryBudget {
    MemoryBudget(bytes: Int(sysconf(Int32(_SC_PHYS_PAGES))) * pageBytes / 10 * 9)
  }

  private static let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Ends a replay before it begins that needs `more` bytes beyond what is in use.
  ///
  /// - Throws: a `Diagnostic` that says what would be needed.
  func check(beforeTaking more: Int, for what: String) throws {
    let needed = Self.resident + more
    guard needed > bytes else { return }
    throw Diagnostic(
      .outOfMemory,
      "\(what) needs about \(Self.words(needed)) of memory, and may take \(Self.words(bytes))",
      remedy:
        "give it more with --memory, leave --no-fold out where it is given, or replay fewer ranks")
  }

  /// Ends a replay that has taken more after all.
  ///
  /// - Parameter share: how much of it is done.
  func check(during what: String, share: Double) throws {
    let taken = Self.resident
    guard taken > bytes else { return }
    throw Diagnostic(
      .outOfMemory,
      "\(what) has taken \(Self.words(taken)) of memory when \(Int(share * 100)) % were done, and may "
        + "take \(Self.words(bytes))",
      remedy:
        "give it more with --memory, leave --no-fold out where it is given, or replay fewer ranks")
  }

  /// Bytes of the process that are in memory; 0 where the system does not say.
  static var resident: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let fields = String(
      decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self
    )
    .split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * pageBytes : 0
  }

  private static func words(_ bytes: Int) -> String {
    bytes >= 1_000_000_000
      ? fixedPoint(Double(bytes) / 1e9, digits: 1) + " GB"
      : fixedPoint(Double(bytes) / 1e6, digits: 0) + " MB"
  }
}
