import Quantities

/// Links of a fabric that differ only in whose they are.
public struct LinkClass: Sendable, Equatable {
  /// Their name, pods, GPUs and the like left open: `pod*/gpu*/planes[0-79]/egress`.
  public var pattern: String
  /// What each of them is; its name is that of the first.
  public var link: Link
  /// How many there are.
  public var count: Int

  /// A link's name with every number outside of brackets replaced by an asterisk, but for the name of
  /// a configuration of circuits, which stands behind a link between GPUs. O(length).
  static func pattern(of name: String) -> String {
    var pattern: [UInt8] = []
    var isWithinBrackets = false
    let parts = name.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    let isLit = parts.count == 4 && parts[2].hasPrefix("to-gpu")
    for byte in isLit ? name.utf8.dropLast(parts[3].utf8.count) : name.utf8[...] {
      switch byte {
      case UInt8(ascii: "["): isWithinBrackets = true
      case UInt8(ascii: "]"): isWithinBrackets = false
      case 0x30...0x39 where !isWithinBrackets:
        if pattern.last != UInt8(ascii: "*") { pattern.append(UInt8(ascii: "*")) }
        continue
      default: break
      }
      pattern.append(byte)
    }
    return String(decoding: pattern, as: UTF8.self) + (isLit ? parts[3] : "")
  }

  /// Whether another link is one of these.
  fileprivate func holds(_ other: Link) -> Bool {
    var other = other
    other.name = link.name
    return other == link
  }
}

extension Fabric {
  /// All links by class, in the order of the first of each. O(links).
  public var linkClasses: [LinkClass] {
    var classes: [LinkClass] = []
    var places: [String: [Int]] = [:]
    for index in 0..<linkCount {
      let link = link(FabricLinkID(index: index))
      let pattern = LinkClass.pattern(of: link.name)
      if let place = places[pattern]?.first(where: { classes[$0].holds(link) }) {
        classes[place].count += 1
      } else {
        places[pattern, default: []].append(classes.count)
        classes.append(LinkClass(pattern: pattern, link: link, count: 1))
      }
    }
    return classes
  }
}
