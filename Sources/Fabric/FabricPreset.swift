import Diagnostics
import JSON

/// The fabrics that come along.
public enum FabricPreset {
  /// Their names, in the order in which they are listed.
  public static let names = ["passage-512", "copper-144", "hgx-h800-8", "reference-switch"]

  private static func document(_ name: String) -> [UInt8]? {
    switch name {
    case "passage-512": PackageResources.passage_512_json
    case "copper-144": PackageResources.copper_144_json
    case "hgx-h800-8": PackageResources.hgx_h800_8_json
    case "reference-switch": PackageResources.reference_switch_json
    default: nil
    }
  }

  /// The preset of a name, or the fabric in a file.
  ///
  /// - Throws: a `Diagnostic` where it is neither, or the file is wrong.
  public static func load(nameOrFile: String) throws -> Fabric {
    if let bytes = document(nameOrFile) {
      let root = try JSONNode(parsing: bytes, file: "fabric '\(nameOrFile)'")
      return Fabric(try FabricSpecification(root))
    }
    do {
      return Fabric(try FabricSpecification(JSONNode(contentsOfFile: nameOrFile)))
    } catch let diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      throw Diagnostic(
        .noSuchFile, at: diagnostic.location, "is neither a fabric preset nor a file",
        remedy: "presets are " + names.joined(separator: ", "))
    }
  }
}
