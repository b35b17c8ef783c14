/// What a template shows at one place: a figure, or words where there is none.
struct Cell {
  /// The figure; none or one.
  let figures: [Figure]
  /// In its place.
  let words: String

  init(_ figure: Figure) {
    figures = [figure]
    words = ""
  }

  init(words: String) {
    figures = []
    self.words = words
  }

  /// Nothing to show.
  static let dash = Cell(words: "–")
}

/// A sentence as a template walks over it.
struct SentenceView {
  /// A stretch, with what it is as flags.
  struct Piece {
    let isWords: Bool
    let isName: Bool
    let figures: [Figure]
    let text: String
  }

  let pieces: [Piece]

  init(_ sentence: Sentence) {
    pieces = sentence.pieces.map { piece in
      Piece(
        isWords: piece.words != nil, isName: piece.name != nil,
        figures: piece.figure.map { [$0] } ?? [], text: piece.words ?? piece.name ?? "")
    }
  }
}

extension String {
  /// With a capital at its start.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
