/// Two lists matched by a key, the first of a key with the first; each part in its list's order.
struct Matched<Element> {
  var pairs: [(Element, Element)] = []
  var onlyBefore: [Element] = []
  var onlyAfter: [Element] = []

  init<Key: Hashable>(_ before: [Element], _ after: [Element], key: (Element) -> Key) {
    var places: [Key: [Int]] = [:]
    for (index, element) in after.enumerated().reversed() {
      places[key(element), default: []].append(index)
    }
    var taken = Set<Int>()
    for element in before {
      if let place = places[key(element)]?.popLast() {
        pairs.append((element, after[place]))
        taken.insert(place)
      } else {
        onlyBefore.append(element)
      }
    }
    onlyAfter = after.indices.filter { !taken.contains($0) }.map { after[$0] }
  }
}
