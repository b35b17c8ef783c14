import Diagnostics

/// Parts of a fabric by name, as the command line and files say them: `pod0/plane3`,
/// `gpu[12-15]/nic`, `pod0/gpu3/plane*/egress`, `pod1/scale-out`.
///
/// A name is a way down: pod, then a GPU or a leaf switch or nothing, then a plane or NIC of it, a
/// lane, a direction. What is left out at the front means all pods, what is left out behind all of it.
public struct FabricPattern: Sendable, Hashable {
  /// The pattern as given.
  public let text: String
  /// Which pods.
  var pods = Selector.all
  /// Which GPUs of them, where GPUs are named.
  var gpus: Selector?
  /// Which leaf switches, where those are named.
  var leaves: Selector?
  /// Which rack's network.
  var isRack = false
  /// Which planes or NICs, and of which tier.
  var planes: Selector?
  var nics: Selector?
  var lanes: Selector?
  /// A link to another GPU.
  var peers: Selector?
  /// What a pod shares towards the others, or inside itself.
  var trunk: Trunk?
  var isEgress: Bool?
  /// Whether the pod was named.
  var namesPod = false

  enum Trunk: Sendable, Hashable { case scaleOut, shared }

  /// The words of a name, and the order in which they may come.
  private enum Word: Int {
    case pod, gpu, leaf, rail, rack, plane, nic, lane, to, scaleOut, scaleUp, egress, ingress, up,
      down
    var rank: Int {
      switch self {
      case .pod: 0
      case .gpu, .leaf, .rail, .scaleOut, .scaleUp: 1
      case .rack: 2
      case .plane, .nic, .to: 3
      case .lane: 4
      case .egress, .ingress, .up, .down: 5
      }
    }
  }

  private static let words: [(String, Word)] = [
    ("pod", .pod), ("gpu", .gpu), ("leaf", .leaf), ("rail", .rail), ("rack-planes", .rack),
    ("rack-plane", .rack),
    ("planes", .plane), ("plane", .plane), ("nics", .nic), ("nic", .nic), ("lane", .lane),
    ("to-gpu", .to), ("scale-out", .scaleOut), ("scale-up", .scaleUp), ("shared", .scaleUp),
    ("egress", .egress), ("ingress", .ingress), ("up", .up), ("down", .down),
  ]

  /// Reads a name.
  ///
  /// - Throws: a `Diagnostic` of code `usage` where it is none.
  public init(_ text: String) throws {
    self.text = text
    var rank = -1
    var previous: Word?
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > 1, parts.last == "*" { parts.removeLast() }
    for part in parts {
      guard let (word, selector) = Self.parse(part),
        word.rank > rank || (previous == .scaleUp && word == .scaleUp)
      else {
        throw Diagnostic(
          .usage, "'\(text)' names no part of a fabric: '\(part)' is not known there",
          remedy: "write for example pod0/plane3, gpu[12-15]/nic, pod0/gpu3/plane2/egress, "
            + "pod0/leaf1, pod1/scale-out")
      }
      rank = word.rank
      previous = word
      note(word, selector)
    }
  }

  private static func parse(_ part: Substring) -> (Word, Selector)? {
    for (text, word) in words where part.hasPrefix(text) {
      if let selector = Selector(part.dropFirst(text.count)) { return (word, selector) }
    }
    return nil
  }

  private mutating func note(_ word: Word, _ selector: Selector) {
    switch word {
    case .pod: (pods, namesPod) = (selector, true)
    case .gpu: gpus = selector
    case .leaf, .rail: leaves = selector
    case .rack: (isRack, planes) = (true, selector)
    case .plane: planes = selector
    case .nic: nics = selector
    case .lane: lanes = selector
    case .to: peers = selector
    case .scaleOut: trunk = .scaleOut
    case .scaleUp: trunk = .shared
    case .egress, .up: isEgress = true
    case .ingress, .down: isEgress = false
    }
  }

  /// Whether it names whole GPUs.
  var namesGPUs: Bool {
    gpus != nil && planes == nil && nics == nil && peers == nil && lanes == nil && isEgress == nil
  }
}

// MARK: One after the other

extension FabricPattern {
  /// Patterns for each thing that this one names several of: each plane of `pod0/plane*`. What is not
  /// named, as the pods of `plane*`, stays together.
  ///
  /// - Throws: a `Diagnostic` of code `usage` where it names nothing, or more than a thousand.
  public func singles(on fabric: Fabric) throws -> [FabricPattern] {
    let specification = fabric.specification
    let gpus = specification.podKinds.map(\.gpus).max() ?? 0
    var texts = [""]
    for part in text.split(separator: "/") {
      let stem = part.prefix { $0 != "*" && $0 != "[" && !$0.isNumber }
      guard let selector = Selector(part.dropFirst(stem.count)), stem.count < part.count else {
        texts = texts.map { $0.isEmpty ? String(part) : "\($0)/\(part)" }
        continue
      }
      let count: Int =
        switch stem {
        case "pod": specification.pods
        case "gpu", "to-gpu": gpus
        case "nic", "nics": specification.scaleOut?.planes ?? 0
        case "rack-plane", "rack-planes": specification.podKinds[0].rack?.planes ?? 0
        case "plane", "planes": specification.scaleUp.planes
        case "lane": specification.scaleUp.lanes
        default: (selector.highest ?? LinkLayout.outLeafCount(specification) - 1) + 1
        }
      let numbers = selector.selected(of: count)
      guard texts.count * numbers.count <= 1000 else {
        throw Diagnostic(
          .usage, "'\(text)' names more than 1000 parts of fabric '\(fabric.name)', one by one",
          remedy: "name fewer of them")
      }
      texts = texts.flatMap { before in
        numbers.map { "\(before.isEmpty ? "" : before + "/")\(stem)\($0)" }
      }
    }
    guard !texts.isEmpty else {
      throw Diagnostic(
        .usage, "'\(text)' names no part of fabric '\(fabric.name)'",
        remedy: "see refract fabric show")
    }
    return try texts.map { try FabricPattern($0) }
  }
}
