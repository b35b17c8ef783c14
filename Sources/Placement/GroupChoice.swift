import Trace

/// The groups of a job that a person's word means: `tp`, `ep@8`, `all_to_all`.
///
/// A word is a kind of collective, and means the groups in which such calls are made; or else what
/// groups are called: their family, purpose or name, in letters of either case, where `tp`, `cp`, `ep`,
/// `dp` and `pp` also stand for the long names that Megatron gives (`TENSOR_MODEL_PARALLEL_GROUP`).
/// Groups of one rank have nothing to keep together, and are left out.
struct GroupChoice {
  private let job: PlacementJob

  init(_ job: PlacementJob) { self.job = job }

  /// The indices of the groups that `word` means, in order.
  ///
  /// - Complexity: O(groups).
  func groups(_ word: String) -> [Int] {
    let all = job.groups.indices.filter { job.groups[$0].ranks.count > 1 }
    if let kind = CollectiveKind(rawValue: word) {
      return all.filter { job.kinds.indices.contains($0) && job.kinds[$0].contains(kind) }
    }
    let spellings = Set([word.lowercased()] + (Self.longNames[word.lowercased()] ?? []))
    return all.filter { Self.names(job.groups[$0]).contains { spellings.contains($0) } }
  }

  /// What a message offers: the families, and the kinds, that the job has.
  var words: String {
    let families = Set(job.groups.filter { $0.ranks.count > 1 }.map(\.family)).sorted()
    let kinds = CollectiveKind.allCases.filter { kind in
      job.kinds.indices.contains {
        job.groups[$0].ranks.count > 1 && job.kinds[$0].contains(kind)
      }
    }
    let words = families + kinds.map(\.rawValue)
    guard !words.isEmpty else { return "it has no groups" }
    return "it has " + words.prefix(12).joined(separator: ", ") + (words.count > 12 ? ", …" : "")
  }

  /// Whether a word means this group by its name.
  private static func names(_ group: ProcessGroup) -> [String] {
    [group.family, group.purpose, group.name].map { name in
      let lower = name.lowercased()
      return lower.hasSuffix("_group") ? String(lower.dropLast(6)) : lower
    }
  }

  private static let longNames: [String: [String]] = [
    "tp": ["tensor_model_parallel", "tensor_parallel"],
    "cp": ["context_parallel"],
    "ep": ["expert_model_parallel", "expert_parallel"],
    "dp": ["data_parallel"],
    "pp": ["pipeline_model_parallel", "pipeline_parallel"],
  ]
}
