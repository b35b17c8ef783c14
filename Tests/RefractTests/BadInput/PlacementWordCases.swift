import TestSupport

/// Words of `--placement`, `--taken` and `--hosts` that are wrong, for a job of 2 ranks.
enum PlacementWordCases {
  static let all: [BadInput] = []
}
