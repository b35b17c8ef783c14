/// What a reader makes of one file.
enum CaptureFile {
  /// A rank's events.
  case rank(RankCapture)
}
