/// Bytes by link. A fabric has many links and a collective uses few: what is summed up on them is lent out,
/// and comes back all zeroes, so that none is made for each collective.
final class LinkBytes {
  /// For each link of the job its bytes.
  var values: [Double]

  private init(links: Int) { values = Array(repeating: 0, count: links) }

  /// Those that nobody uses now.
  final class Pool {
    private let links: Int
    private var free: [LinkBytes] = []

    /// - Parameter links: the number of links.
    init(links: Int) { self.links = links }

    /// Zeroes for all links.
    func take() -> LinkBytes { free.popLast() ?? LinkBytes(links: links) }

    /// Takes back what is all zeroes again, and not used any more.
    func give(back bytes: LinkBytes) { free.append(bytes) }
  }
}
