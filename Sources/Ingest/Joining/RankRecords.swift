import Diagnostics
import Trace

/// What a file says of a rank's communication calls, in program order, without saying when they ran:
/// an execution trace, or the capture kit's splits.
struct RankRecords {
  /// The file, as the user named it.
  var path: String
  /// What kind of file it is.
  var source: SizeProvenance.Source
  /// The rank's number, where the content says.
  var rank: RankID?
  /// How the number is known, where it is.
  var rankSource = "content"
  /// The number of the rank in the one group that its calls name without a name: that of the job
  /// where this is the default group.
  var likelyRank: RankID?
  /// The size of the job, where the content says.
  var worldSize: Int?
  /// The groups that calls name by index.
  var groups: [CapturedGroup] = []
  /// The calls, in the order in which they were issued.
  var calls: [Call] = []
  /// What reading had to assume.
  var assumptions: [Assumption] = []
  /// What reading found.
  var log = DiagnosticLog()

  /// One call.
  struct Call {
    /// What is said of it; its group means nothing.
    var communication: Communication
    /// Index into `groups`; `nil` where the file does not tell the group.
    var group: Int?
  }
}
