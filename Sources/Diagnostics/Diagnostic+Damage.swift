extension Diagnostic {
  /// Whether it says that an input, or one record of it, is damaged: the rest may be worth having.
  ///
  /// Limits, unknown versions, and whole files that contradict one another are no damage: going on
  /// would be guessing.
  public var isDamage: Bool {
    switch code {
    case .cannotRead, .emptyInput, .truncated, .corruptCompression, .malformedArchive,
      .malformedJSON, .malformedPickle, .duplicateKey, .wrongType, .missingKey, .unknownKey,
      .valueOutOfRange,
      .unknownFormat, .malformedEvent:
      true
    default: false
    }
  }

  /// The same with `--salvage` as another way out, where it says damage.
  public var offeringSalvage: Diagnostic {
    let offer = "keep what can be read with --salvage"
    guard isDamage || code == .noSuchFile, remedy?.hasSuffix(offer) != true else { return self }
    var diagnostic = self
    diagnostic.remedy = (remedy.map { $0 + ", or " } ?? "") + offer
    return diagnostic
  }

  /// The same as a loss that reading goes on after; `outcome` says in a clause what became of the
  /// rest.
  public func loss(_ outcome: String) -> Diagnostic {
    var diagnostic = self
    diagnostic.severity = .dataLoss
    diagnostic.problem += "; " + outcome
    diagnostic.remedy = nil
    return diagnostic
  }
}
