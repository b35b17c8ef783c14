/// What a reader makes of one file.
enum CaptureFile {
  /// A rank's events.
  case rank(RankCapture)
  /// What an execution trace or a splits file says of a rank's calls.
  case records(RankRecords)
  /// Process groups, beside traces that only name them.
  case groups(GroupsFile)
  /// What the capture kit says of the job.
  case manifest(CaptureManifest)
}
