/// The native trace format: what its files are called and which version this code speaks.
public enum NativeFormat {
  /// The manifest's `schema`.
  public static let schema = "refract.trace/1"
  /// The manifest's name in a trace directory.
  public static let manifestName = "manifest.json"

  /// What the manifest says of a rank's times where they were made up.
  static let scheduled = "scheduled"

  /// What the manifest says of a rank's `after` where they are the waits of streams and threads alone.
  static let waits = "waits"

  /// The name of a rank's file: `rank-00042.jsonl.zst`.
  static func fileName(of rank: RankID) -> String {
    let digits = String(rank.raw)
    return "rank-" + String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
      + ".jsonl.zst"
  }
}
