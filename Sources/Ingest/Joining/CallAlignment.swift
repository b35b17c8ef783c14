import Trace

/// Which call of a second file each call of a capture is.
///
/// Order tells: the calls of one kind in one group, or of one kind alone where either side knows no
/// groups, follow one another in both. Kinds, sizes and splits that both state must agree; they are the
/// check that the files belong together. (Record ids do not tell: in some versions those of an
/// execution trace are those of a profile, in others they are off by some.)
struct CallAlignment {
  /// A call, in the order in which it was issued.
  struct Call {
    var communication: Communication
    /// The name of its group, where known.
    var group: String?
  }

  /// Why the two don't fit, in a clause.
  struct Misfit: Error { var reason: String }

  /// For each own call the index of the other file's.
  private(set) var places: [Int?]

  /// Aligns. The other file may hold calls before and behind what the capture holds, of one bucket as
  /// many as it likes, where only one shift makes all agree.
  ///
  /// - Complexity: O(calls), times the surplus of the other file.
  init(_ own: [Call], _ other: [Call]) throws(Misfit) {
    let byGroup = own.allSatisfy { $0.group != nil } && other.allSatisfy { $0.group != nil }
    places = Array(repeating: nil, count: own.count)
    let theirs = Dictionary(grouping: other.indices) { Bucket(other[$0], byGroup: byGroup) }
    var buckets: [Bucket: [Int]] = [:]
    for index in own.indices {
      buckets[Bucket(own[index], byGroup: byGroup), default: []].append(index)
    }
    for (bucket, mine) in buckets.sorted(by: { $0.value[0] < $1.value[0] }) {
      let candidates = theirs[bucket] ?? []
      let fits = Self.shifts(mine.map { own[$0] }, candidates.map { other[$0] })
      guard fits.count == 1 else {
        throw Misfit(
          reason: "the capture has \(mine.count) calls of \(bucket.words), the file "
            + "\(candidates.count), and "
            + (fits.isEmpty ? "their sizes do not agree" : "they fit in more ways than one"))
      }
      for (place, index) in mine.enumerated() { places[index] = candidates[place + fits[0]] }
    }
  }

  private struct Bucket: Hashable {
    var kind: CollectiveKind
    var group: String?

    init(_ call: Call, byGroup: Bool) {
      kind = call.communication.kind
      group = byGroup ? call.group : nil
    }

    var words: String { kind.rawValue + (group.map { " in group '\($0)'" } ?? "") }
  }

  /// How many calls of `other` may come before the first of `own`; the first two answers.
  private static func shifts(_ own: [Call], _ other: [Call]) -> [Int] {
    guard other.count >= own.count else { return [] }
    return Array(
      (0...other.count - own.count).lazy.filter { shift in
        own.indices.allSatisfy {
          agree(own[$0].communication, other[$0 + shift].communication)
        }
      }.prefix(2))
  }

  private static func agree(_ own: Communication, _ other: Communication) -> Bool {
    switch own.kind {
    case .barrier, .metadata, .gather, .scatter: return true
    case .receive: return own.receiveBytes == other.receiveBytes
    default:
      return own.sendBytes == other.sendBytes
        && equal(own.sendSplits, other.sendSplits)
        && equal(own.receiveSplits, other.receiveSplits)
    }
  }

  private static func equal(_ lhs: [Int64]?, _ rhs: [Int64]?) -> Bool {
    lhs == nil || rhs == nil || lhs == rhs
  }
}
