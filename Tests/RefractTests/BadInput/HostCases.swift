import TestSupport

/// Rankfiles, hostfiles and lists of hosts that are wrong, for a job of 2 ranks.
enum HostCases {
  static let all: [BadInput] = []
}
