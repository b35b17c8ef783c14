/// A format that fabrics are imported from.
public enum FabricImportFormat: String, Sendable, CaseIterable {
  /// Slurm's `topology.conf` or `topology.yaml`.
  case slurm
  /// The XML in which NCCL dumps the topology of a node.
  case nccl
  /// InfraGraph, as YAML or JSON.
  case infragraph

  /// The format that a text looks like; `nil` where it looks like none. O(length).
  static func sniff(_ bytes: [UInt8]) -> FabricImportFormat? {
    guard let first = bytes.first(where: { $0 > 0x20 }) else { return nil }
    if first == UInt8(ascii: "<") { return .nccl }
    if first == UInt8(ascii: "{") { return .infragraph }
    for line in bytes.split(separator: 0x0A) {
      let words = line.split { $0 <= 0x20 }
      guard let word = words.first else { continue }
      let text = String(decoding: word, as: UTF8.self).lowercased()
      if ["switchname=", "blockname=", "blocksizes="].contains(where: text.hasPrefix) {
        return .slurm
      }
      if isSlurmYAML(words) { return .slurm }
      if ["devices:", "instances:", "infrastructure:", "edges:"].contains(text) {
        return .infragraph
      }
    }
    return nil
  }

  /// `- topology: NAME`, however it is spaced.
  static func isSlurmYAML(_ words: [some Collection<UInt8>]) -> Bool {
    guard words.count >= 2, words[0].elementsEqual("-".utf8) else { return false }
    return words[1].elementsEqual("topology:".utf8)
  }
}
