import ArgumentParser
import Placement

/// Options of every command that places ranks.
struct SeatArguments: ParsableArguments {
  /// What `--placement` takes, for the help of commands.
  static let policies = """
    linear, block, cyclic, plane=N, order=tp-cp-ep-dp-pp, group-first=KIND, rail-aligned, random=SEED, \
    captured, hosts=LIST, or a file: a table rank,gpu, a rankfile, a hostfile
    """

  @Option(
    name: .long,
    help: ArgumentHelp(
      "GPUs that others have: pod0/gpu[0-3], pod[1-2], node3, 0-31, or a file of such. May be given "
        + "again.", valueName: "pattern|file"))
  var taken: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The names of the fabric's nodes, in order: gpu[001-064]. Without it hosts are the fabric's nodes "
        + "in the order in which they appear.", valueName: "list"))
  var hosts: String?

  /// The policy of a word.
  func policy(_ word: String) throws -> PlacementPolicy {
    try PlacementPolicy(word, taken: taken, nodeNames: hosts)
  }
}
