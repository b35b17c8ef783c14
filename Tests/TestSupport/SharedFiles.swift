import Foundation

/// Real captures and exact answers that lie beside the project and are no part of it.
public enum SharedFiles {
  /// Why a test that needs them is skipped.
  public static let reason: String =
    "needs the captures and reference answers that lie beside a development checkout"

  private static let root =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared").path

  /// Whether they are there.
  public static var arePresent: Bool {
    FileManager.default.fileExists(atPath: path("captures/README.md"))
  }

  /// The path of one.
  public static func path(_ relative: String) -> String { root + "/" + relative }

  /// DeepSeek-V3's published training trace, rank 0 of 64.
  public static var deepSeek: String { path("captures/deepseek-v3-ep64/train.json.gz") }
}

/// Files of the project itself.
public enum ProjectFiles {
  /// The path of one, from the top of the checkout.
  public static func path(_ relative: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(relative).path
  }
}
