/// A communicator: an ordered list of global ranks under a name that is unique in the job.
///
/// Several groups may hold the same ranks; they stay apart, for each has its own sequence numbers.
public struct ProcessGroup: Hashable, Sendable {
  /// Its name within the job: its identity.
  public var name: String
  /// What the job calls its purpose ("ep", "default_pg"), empty where it says nothing.
  public var purpose: String
  /// The members, in group order.
  public var ranks: [RankID]

  /// A group.
  public init(name: String, purpose: String = "", ranks: [RankID]) {
    self.name = name
    self.purpose = purpose
    self.ranks = ranks
  }

  /// What tables call it: the purpose, with the name where that differs.
  public var label: String {
    purpose.isEmpty || purpose == name ? name : "\(purpose) (\(name))"
  }
}

extension ProcessGroup {
  /// What groups that do the same in different parts of a job have in common: the purpose, or the
  /// name before what tells counterparts (`ep@8`) and pairs (`pp:0→8`) apart.
  public var family: String {
    guard purpose.isEmpty else { return purpose }
    let stem = name.prefix { $0 != "@" && $0 != ":" }
    return stem.isEmpty ? name : String(stem)
  }
}
