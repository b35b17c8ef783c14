import ArgumentParser

/// `refract-bench case`: a file for `refract flows`.
struct CaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "Write an all-to-all as a file for `refract flows`.")

  @Option(help: "Hosts, each with a port of 400 GB/s each way.")
  var hosts: Int

  @Option(help: "How bytes are spread: uniform, mild (±15 %), zipf (0.8, and ±30 %).")
  var skew = Skew.zipf

  @Option(help: "Hosts in a pod; without, one switch joins all.")
  var pod: Int?

  @Option(help: "What a pod's ports have over what its uplink has.")
  var oversubscription = 4.0

  @Flag(help: "Let flows start one after the other.")
  var staggered = false

  @Option(help: "Another seed is another draw.")
  var seed: UInt64 = 1

  mutating func validate() throws {
    guard hosts >= 2, hosts <= 4096 else { throw ValidationError("--hosts is 2 to 4096") }
    guard pod ?? 1 > 0, oversubscription > 0 else {
      throw ValidationError("--pod and --oversubscription are more than 0")
    }
  }

  func run() {
    let network = Network(hosts: hosts, podSize: pod, oversubscription: oversubscription)
    let all = AllToAll(network: network, skew: skew, isStaggered: staggered, seed: seed)
    print(all.document, terminator: "")
  }
}
