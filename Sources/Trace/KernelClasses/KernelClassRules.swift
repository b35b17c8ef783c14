import Diagnostics
import Glibc
import JSON

/// Which names of kernels are of which class: schema `refract.kernel_classes/1`.
public struct KernelClassRules: Sendable, Hashable {
  private struct Rule: Sendable, Hashable {
    var kernelClass: KernelClass
    var patterns: [Pattern]
  }

  /// Names of kernels are thousands of letters long, and nearly every pattern is a word within.
  private enum Pattern: Sendable, Hashable {
    /// `*word*`.
    case word(String)
    /// Any other.
    case glob(String)

    init(_ text: String) {
      let inner = text.dropFirst().dropLast()
      let isWord =
        text.count > 2 && text.hasPrefix("*") && text.hasSuffix("*")
        && !inner.contains { "*?[\\".contains($0) }
      self = isWord ? .word(String(inner)) : .glob(text)
    }

    /// Whether it matches a name, given as a C string.
    func matches(_ name: UnsafePointer<CChar>) -> Bool {
      switch self {
      case .word(let word): strstr(name, word) != nil
      case .glob(let pattern): fnmatch(pattern, name, 0) == 0
      }
    }
  }

  private var rules: [Rule] = []

  /// The rules that come along.
  public static func standard() throws -> KernelClassRules {
    try KernelClassRules(
      JSONNode(
        parsing: PackageResources.kernel_classes_json, file: "the kernel classes that come along"))
  }

  /// Those in a file.
  ///
  /// - Throws: a `Diagnostic` with file and key path.
  public init(contentsOfFile path: String) throws {
    try self.init(JSONNode(contentsOfFile: path, limit: 1 << 20))
  }

  private init(_ root: JSONNode) throws {
    try root.allow(keys: ["schema", "description", "rules"])
    let schema = try root.required("schema")
    guard try schema.string() == "refract.kernel_classes/1" else {
      throw schema.diagnostic(
        .unsupportedVersion,
        "is '\(try schema.string())', and this version reads refract.kernel_classes/1")
    }
    rules = try root.required("rules").elements().map { node in
      try node.allow(keys: ["class", "names"])
      let name = try node.required("class")
      guard let kernelClass = KernelClass(rawValue: try name.string()) else {
        throw name.diagnostic(
          .valueOutOfRange, "'\(try name.string())' is no class of kernels",
          remedy: "classes are " + KernelClass.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return Rule(
        kernelClass: kernelClass,
        patterns: try node.required("names").elements().map {
          Pattern(try $0.string().lowercased())
        })
    }
  }

  /// The class of a kernel; of the rules the first that matches counts.
  public func kernelClass(of name: String) -> KernelClass {
    name.lowercased().withCString { name in
      rules.first { rule in rule.patterns.contains { $0.matches(name) } }?.kernelClass ?? .other
    }
  }

  /// The class of each name of a table. O(names · patterns).
  public func classes(of names: NameTable) -> [KernelClass] { names.strings.map(kernelClass) }
}
