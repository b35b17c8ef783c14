import Fabric
import Quantities

extension FabricDrawing {
  /// A card that stands for one pod or several.
  private struct Card {
    var name: String
    var gpus: Int
    /// What its network forms, where it is of another kind than the drawn pod.
    var words: [String] = []
    var height: Double { words.isEmpty ? 60 : 46 + 18 * Double(words.count) }
  }

  /// The other pods as cards: where all are alike the first ones and the last, else a card a kind.
  /// Gives where their lines meet, and how far down they come.
  mutating func drawOtherPods(
    left: Double, top: Double, end: Double
  ) -> PodExits.Others {
    let specification = fabric.specification
    let isAlike = specification.podKinds.count == 1
    let others = specification.pods - 1
    let bus = Self.width - Self.margin - 8
    let width = bus - 26 - left
    let cards = isAlike ? likeCards(others) : kindCards()
    let style = specification.scaleOut.map(Self.style) ?? ""
    // Alike they share the height of the drawn pod, where that is enough for them.
    let pitch = isAlike ? min(74, (end - top) / Double(cards.count)) : nil
    var y = top
    var first: Double?
    for card in cards {
      guard let card else {
        let step = pitch ?? 48
        canvas.text("⋮", x: left + width / 2, y: y + step / 2 - 8, "head", anchor: .middle)
        let all = isAlike ? "× \(others), all like pod 0" : "more kinds"
        canvas.text(all, x: left + width / 2, y: y + step / 2 + 10, "quiet", anchor: .middle)
        y += step
        continue
      }
      let height = pitch.map { $0 - 14 } ?? card.height
      let middle = y + (card.words.isEmpty ? height / 2 : 23)
      canvas.plate(x: left, y: y, width: width, height: height, "pod", radius: 10)
      canvas.text(card.name, x: left + 16, y: middle + 4.5, "label")
      canvas.text(
        FabricFigures.count(card.gpus, "GPU"), x: left + width - 16, y: middle + 4.5, "quiet",
        anchor: .end)
      for (line, words) in card.words.enumerated() {
        canvas.text(words, x: left + 16, y: y + 49 + 18 * Double(line), "quiet")
      }
      canvas.lines(
        [(from: (x: left + width, y: y + height / 2), to: (x: bus, y: y + height / 2))], style)
      first = first ?? y + height / 2
      y += height + 14
    }
    return PodExits.Others(x: bus, y: first ?? top, bottom: y - 14)
  }

  private func likeCards(_ others: Int) -> [Card?] {
    let gpus = fabric.specification.gpusPerPod
    let pods: [Int?] = others <= 4 ? Array(1...others) : [1, 2, nil, others]
    return pods.map { pod in pod.map { Card(name: "pod \($0)", gpus: gpus) } }
  }

  private func kindCards() -> [Card?] {
    let kinds = fabric.specification.podKinds
    var cards: [Card?] = []
    var pod = 0
    for (number, kind) in kinds.enumerated() {
      defer { pod += kind.count }
      // The first pod is drawn.
      let pods = (number == 0 ? 1 : pod)...max(pod + kind.count - 1, number == 0 ? 1 : 0)
      guard number > 0 || kind.count > 1 else { continue }
      guard cards.count < 6 else {
        cards.append(nil)
        break
      }
      let isOne = pods.count == 1
      var card = Card(
        name: isOne ? "pod \(pods.lowerBound)" : "pods \(pods.lowerBound) to \(pods.upperBound)",
        gpus: kind.gpus)
      let rate = FabricFigures.rate(FabricFigures.injection(kind.scaleUp))
      card.words =
        number == 0
        ? ["like pod 0"]
        : Self.lines(FabricFigures.topology(kind.scaleUp), width: 20) + ["\(rate) a GPU"]
      cards.append(card)
    }
    return cards
  }
}
