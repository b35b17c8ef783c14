import Diagnostics

/// What the person who imports a fabric says of it, where the file does not.
public struct FabricImportOptions: Sendable, Equatable {
  /// What a GPU has of the network within its pod, in Gb/s and one direction.
  public var scaleUpGigabits: Double?
  /// What a GPU has of the network between pods.
  public var scaleOutGigabits: Double?
  /// GPUs a node.
  public var gpusPerNode: Int?
  /// What becomes a pod, where the file has switches or blocks of nodes.
  public var pod: ImportedPod

  /// Options; what is left out has to stand in the file.
  public init(
    scaleUpGigabits: Double? = nil, scaleOutGigabits: Double? = nil, gpusPerNode: Int? = nil,
    pod: ImportedPod = .switch
  ) {
    self.scaleUpGigabits = scaleUpGigabits
    self.scaleOutGigabits = scaleOutGigabits
    self.gpusPerNode = gpusPerNode
    self.pod = pod
  }

  /// Refuses a file that leaves open what no option states either, all of it at once.
  static func require(_ missing: [(option: String, isMissing: Bool)], file: String) throws {
    let options = missing.filter(\.isMissing).map(\.option)
    guard let last = options.last else { return }
    let list =
      options.count > 1 ? options.dropLast().joined(separator: ", ") + " and " + last : last
    throw Diagnostic(
      .usage, at: SourceLocation(file: file), "does not say what a fabric file must",
      remedy: "add \(list)")
  }
}
