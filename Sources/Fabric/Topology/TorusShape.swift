/// A grid of GPUs with links between neighbours, wrapped around or not in each dimension; GPUs are
/// numbered with the first dimension varying fastest.
public struct TorusShape: Sendable, Equatable {
  /// GPUs along each dimension.
  public var dimensions: [Int]
  /// Whether the last is a neighbour of the first, by dimension.
  public var wraps: [Bool]

  /// The number of GPUs.
  public var size: Int { dimensions.reduce(1, *) }

  /// Links of a GPU inside the grid: two for each dimension that has more than one.
  var ports: Int { 2 * dimensions.count { $0 > 1 } }

  /// The place of a GPU along each dimension.
  func coordinates(_ gpu: Int) -> [Int] {
    var rest = gpu
    return dimensions.map { extent in
      defer { rest /= extent }
      return rest % extent
    }
  }

  /// The neighbours of a GPU, each once, with how many links go there: 2 where it is next both ways.
  func neighbours(_ gpu: Int) -> [(gpu: Int, links: Int)] {
    var found: [(gpu: Int, links: Int)] = []
    var stride = 1
    for (dimension, extent) in dimensions.enumerated() {
      let place = gpu / stride % extent
      for step in [-1, 1] where extent > 1 {
        var next = place + step
        if !(0..<extent).contains(next) {
          guard wraps[dimension] else { continue }
          next = (next + extent) % extent
        }
        let neighbour = gpu + (next - place) * stride
        if let known = found.firstIndex(where: { $0.gpu == neighbour }) {
          found[known].links += 1
        } else {
          found.append((neighbour, 1))
        }
      }
      stride *= extent
    }
    return found
  }

  /// The links from one GPU to another, dimension after dimension, each the shorter way round. Where
  /// both ways are as long, half goes each way.
  ///
  /// - Returns: pairs of neighbours with the share of the traffic between them, and the number of
  ///   links one after the other.
  func hops(from source: Int, to target: Int) -> (hops: [Hop], length: Int) {
    var hops: [Hop] = []
    var length = 0
    var at = source
    var stride = 1
    for (dimension, extent) in dimensions.enumerated() {
      let (from, to) = (at / stride % extent, target / stride % extent)
      let ahead = (to - from + extent) % extent
      let back = extent - ahead
      let turns: [(step: Int, count: Int, share: Double)] =
        if from == to {
          []
        } else if !wraps[dimension] {
          [(to > from ? 1 : -1, abs(to - from), 1)]
        } else if ahead == back {
          [(1, ahead, 0.5), (-1, back, 0.5)]
        } else {
          ahead < back ? [(1, ahead, 1)] : [(-1, back, 1)]
        }
      length += turns.first?.count ?? 0
      for turn in turns {
        var place = from
        for _ in 0..<turn.count {
          let next = (place + turn.step + extent) % extent
          let base = at - from * stride
          hops.append(
            Hop(source: base + place * stride, target: base + next * stride, share: turn.share))
          place = next
        }
      }
      at += (to - from) * stride
      stride *= extent
    }
    return (merged(hops), length)
  }

  /// In a dimension of two, both ways are over the same pair.
  private func merged(_ hops: [Hop]) -> [Hop] {
    hops.reduce(into: []) { merged, hop in
      if let last = merged.last, last.source == hop.source, last.target == hop.target {
        merged[merged.count - 1].share += hop.share
      } else {
        merged.append(hop)
      }
    }
  }
}

/// A part of the traffic of a pair over the links between two neighbours.
struct Hop: Equatable {
  var source: Int
  var target: Int
  var share: Double
}
