import Quantities
public import Simulation
import Trace
public import Workload

/// What rules come to for one collective: of each thing what the first says that is about it and says it.
struct LoweringSettings {
  var choice: AlgorithmRule.Choice?
  var transport: TransportProtocol?
  var channels: Int?
  var injectionCap: Bandwidth?
}

extension LoweringOptions {
  /// What rules say of a collective.
  func settings(of instance: CollectiveInstance, in group: ProcessGroup) -> LoweringSettings {
    var settings = LoweringSettings(injectionCap: instance.injectionCap)
    guard !rules.isEmpty else { return settings }
    let matching = rules.filter { $0.matches(instance, of: group) }
    settings.choice = matching.lazy.compactMap(\.algorithm).first
    settings.transport = matching.lazy.compactMap(\.transport).first
    settings.channels = matching.lazy.compactMap(\.channels).first
    settings.injectionCap = matching.lazy.compactMap(\.injectionCap).first ?? instance.injectionCap
    return settings
  }

  /// The first choice of the command line that no collective of a workload is about.
  public func idleChoice(in workload: Workload) -> String? {
    rules.first { rule in
      rule.word != nil
        && !workload.instances.contains {
          if case .routed = $0.payload { return false }
          return rule.matches($0, of: workload.groups[$0.group])
        }
    }?.word
  }

  /// What is not as usual about how collectives become transfers: a code and words each.
  public func departures(tier: TransferTier) -> [(code: String, words: String)] {
    var list: [(code: String, words: String)] = []
    switch latency {
    case .alphaBeta: break
    case .none: list.append(("latency", "collectives have no latency at all"))
    case .nccl:
      list.append(
        (
          "latency",
          "collectives take a base and a time a step as NCCL's tuner has them (NVLink in a pod, a "
            + "network between pods), by protocol, and LL and LL128 send their flags too; what is not "
            + "NCCL's takes its rings' steps, and tokens the fabric's latencies"
        ))
    }
    let words = rules.map(\.description)
    if !words.isEmpty { list.append(("algorithms", words.joined(separator: "; "))) }
    if stages == .serial {
      list.append(("stages", "stages of a collective follow one another, none overlap"))
    }
    if tier == .flow, stages == .serial || !rules.isEmpty {
      list.append(
        (
          "stages-flow",
          "flow by flow all stages and rounds of a collective move at once, behind the sum of their "
            + "latencies"
        ))
    }
    return list
  }
}

extension AlgorithmRule: CustomStringConvertible {
  /// `all_reduce of ep from 1 MiB: tree, LL128, 2 channels`, sizes in bytes.
  public var description: String {
    var about = kind?.rawValue ?? "any collective"
    if let group { about += " of \(group)" }
    about += Self.range(minimumBytes, maximumBytes, "bytes")
    about += Self.range(minimumMembers.map(Int64.init), maximumMembers.map(Int64.init), "members")
    var says: [String] = []
    switch algorithm {
    case .named(let algorithm): says.append(algorithm.rawValue)
    case .least: says.append("what takes the least time alone")
    case nil: break
    }
    if let transport { says.append(transport.rawValue) }
    if let channels { says.append("at most \(channels) channels") }
    if let cap = injectionCap {
      says.append("at most \(fixedPoint(cap.bytesPerSecond / 1e9, digits: 1)) GB/s from a rank")
    }
    return about + ": " + says.joined(separator: ", ")
  }

  private static func range(_ low: Int64?, _ high: Int64?, _ unit: String) -> String {
    switch (low, high) {
    case (nil, nil): ""
    case (let low?, nil): ", \(low) \(unit) or more"
    case (nil, let high?): ", \(high) \(unit) or less"
    case (let low?, let high?): ", \(low) to \(high) \(unit)"
    }
  }
}
