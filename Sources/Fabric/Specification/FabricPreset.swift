import Diagnostics
import JSON

/// The fabrics that come along.
public enum FabricPreset {
  /// Their names, in the order in which they are listed.
  public static let names = [
    "passage-512", "photonic-512-14t", "copper-144", "copper-128", "gb200-nvl72", "rubin-nvl144",
    "ualink-1024", "sue-512", "hgx-h800-8", "hgx-h100-8", "hgx-b200-8", "dgx-a100-8",
    "dgx-v100-8", "mi300x-8", "tpu-v4", "gloo-host", "reference-switch",
  ]

  private static func document(_ name: String) -> [UInt8]? {
    switch name {
    case "passage-512": PackageResources.passage_512_json
    case "photonic-512-14t": PackageResources.photonic_512_14t_json
    case "copper-144": PackageResources.copper_144_json
    case "copper-128": PackageResources.copper_128_json
    case "gb200-nvl72": PackageResources.gb200_nvl72_json
    case "rubin-nvl144": PackageResources.rubin_nvl144_json
    case "ualink-1024": PackageResources.ualink_1024_json
    case "sue-512": PackageResources.sue_512_json
    case "hgx-h800-8": PackageResources.hgx_h800_8_json
    case "hgx-h100-8": PackageResources.hgx_h100_8_json
    case "hgx-b200-8": PackageResources.hgx_b200_8_json
    case "dgx-a100-8": PackageResources.dgx_a100_8_json
    case "dgx-v100-8": PackageResources.dgx_v100_8_json
    case "mi300x-8": PackageResources.mi300x_8_json
    case "tpu-v4": PackageResources.tpu_v4_json
    case "gloo-host": PackageResources.gloo_host_json
    case "reference-switch": PackageResources.reference_switch_json
    default: nil
    }
  }

  /// The preset of a name, or the fabric in a file, with changes made to it in order, and faults.
  ///
  /// - Throws: a `Diagnostic` where it is neither, or the file, a change or a fault is wrong.
  public static func load(
    nameOrFile: String, overlays: [FabricOverlay] = [], faults: [FabricFault] = []
  ) throws -> Fabric {
    var root = try read(nameOrFile)
    for overlay in overlays { root = try overlay.apply(to: root) }
    var specification = try FabricSpecification(root)
    specification.faults += faults
    let changes = overlays.map(\.text) + faults.map(\.text)
    specification.name = ([specification.name] + changes).joined(separator: " ")
    return try Fabric(specification)
  }

  private static func read(_ nameOrFile: String) throws -> JSONNode {
    if let bytes = document(nameOrFile) {
      return try JSONNode(parsing: bytes, file: "fabric '\(nameOrFile)'")
    }
    do {
      return try JSONNode(contentsOfFile: nameOrFile, limit: 1 << 20)
    } catch let diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      throw Diagnostic(
        .noSuchFile, at: diagnostic.location, "is neither a fabric preset nor a file",
        remedy: "presets are " + names.joined(separator: ", "))
    }
  }
}
