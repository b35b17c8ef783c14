import Diagnostics
import JSON

/// The models that come along.
public enum ModelPreset {
  /// Their names, in the order in which they are listed.
  public static let names = [
    "deepseek-v3", "study-config1", "study-config2", "study-config3", "study-config4",
  ]

  private static func document(_ name: String) -> [UInt8]? {
    switch name {
    case "deepseek-v3": PackageResources.deepseek_v3_json
    case "study-config1": PackageResources.study_config1_json
    case "study-config2": PackageResources.study_config2_json
    case "study-config3": PackageResources.study_config3_json
    case "study-config4": PackageResources.study_config4_json
    default: nil
    }
  }

  /// The model of a name, or the one in a file.
  ///
  /// - Throws: a `Diagnostic` where it is neither, or the file is wrong.
  public static func load(nameOrFile: String) throws -> MoEModel {
    if let bytes = document(nameOrFile) {
      return try MoEModel(JSONNode(parsing: bytes, file: "model '\(nameOrFile)'"))
    }
    do {
      return try MoEModel(JSONNode(contentsOfFile: nameOrFile, limit: 1 << 20))
    } catch let diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      throw Diagnostic(
        .noSuchFile, at: diagnostic.location, "is neither a model that comes along nor a file",
        remedy: "models are " + names.joined(separator: ", "))
    }
  }
}
