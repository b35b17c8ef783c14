/// A sentence with figures and names in it, for a terminal, a file or a page.
struct Sentence: ExpressibleByStringInterpolation {
  /// A stretch of a sentence: words, a figure, or a name out of a trace or fabric.
  struct Piece {
    let words: String?
    let figure: Figure?
    let name: String?
  }

  /// The stretches, in order.
  let pieces: [Piece]

  init(pieces: [Piece]) { self.pieces = pieces }

  init(stringLiteral words: String) {
    pieces = [Piece(words: words, figure: nil, name: nil)]
  }

  init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

  /// Without markup.
  var plain: String {
    pieces.map { $0.words ?? $0.figure?.text ?? $0.name ?? "" }.joined()
  }

  /// One sentence directly behind another.
  static func + (lhs: Sentence, rhs: Sentence) -> Sentence {
    Sentence(pieces: lhs.pieces + rhs.pieces)
  }

  /// Collects pieces.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var pieces: [Piece] = []

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { pieces.append(Piece(words: literal, figure: nil, name: nil)) }
    }

    mutating func appendInterpolation(_ figure: Figure) {
      pieces.append(Piece(words: nil, figure: figure, name: nil))
    }

    mutating func appendInterpolation(name: String) {
      pieces.append(Piece(words: nil, figure: nil, name: name))
    }

    mutating func appendInterpolation(_ sentence: Sentence) { pieces += sentence.pieces }

    mutating func appendInterpolation(_ words: String) { appendLiteral(words) }
  }
}
