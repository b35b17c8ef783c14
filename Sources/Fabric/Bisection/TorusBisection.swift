extension TorusShape {
  /// Links cut, one direction, by halving the grid along its longest dimension, and whether none are
  /// fewer.
  ///
  /// With k_i GPUs along a dimension and w_i = 2 where it is wrapped, else 1, dimensions ordered by
  /// k_i / w_i, longest first: Σ w_i · N / (k_1 … k_i) up to the first even k_i, or over all. Where k_1 is
  /// even this is the cut of Dally and Towles, Principles and Practices of Interconnection Networks,
  /// 2004, §3.3, and none is less: every ordered pair sending over shortest ways puts at most
  /// N · k_1 / 4w_1 on a link, and N² / 4 have to cross. For odd k_1 and all dimensions alike in wrapping
  /// it is the theorem of Aroca and Fernández Anta, Bisection (Band)Width of Product Networks, TAMC 2012;
  /// where wrapping differs too it is a bound.
  var bisection: (links: Int, isExact: Bool) {
    let used = dimensions.indices.filter { dimensions[$0] > 1 }
    let ordered = used.map { (extent: dimensions[$0], ways: wraps[$0] ? 2 : 1) }
      // Even ones first among those as long.
      .sorted {
        let (one, two) = ($0.extent * $1.ways, $1.extent * $0.ways)
        return one == two ? $0.extent % 2 < $1.extent % 2 : one > two
      }
    var (links, rest) = (0, size)
    for (extent, ways) in ordered {
      rest /= extent
      links += ways * rest
      if extent % 2 == 0 { break }
    }
    let isExact = ordered[0].extent % 2 == 0 || Set(ordered.map(\.ways)).count == 1
    if isExact { return (links, true) }
    // Straight through another dimension may be less.
    let straight = ordered.filter { $0.extent % 2 == 0 }.map { $0.ways * size / $0.extent }
    return (min(links, straight.min() ?? links), false)
  }
}
