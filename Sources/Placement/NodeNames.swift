import Diagnostics

/// The declared names of a fabric's nodes, in order: what `--hosts` says.
enum NodeNames {
  /// The names.
  ///
  /// - Throws: a usage `Diagnostic` where the list can't be read, or a name stands in it twice.
  static func expand(_ list: String) throws -> [String] {
    let names: [String]
    do {
      names = try HostList.expand(list)
    } catch {
      throw Diagnostic(.usage, "--hosts '\(list)': \(error.problem)", remedy: error.remedy)
    }
    var seen: Set<String> = []
    if let twice = names.first(where: { !seen.insert($0).inserted }) {
      throw Diagnostic(
        .usage, "--hosts '\(list)': host '\(twice)' stands in it twice",
        remedy: "name each node of the fabric once, in order")
    }
    return names
  }
}
