import TestSupport
import Testing

@testable import Simulation

@Suite("Column")
struct ColumnTests {
  @Test("taking from a heap leaves what was taken behind it, the first of it last")
  func heap() {
    var random = SeededGenerator(seed: 8)
    for count in 1...40 {
      var column = Column<Int>()
      for _ in 0..<count { column.append(Int.random(in: 0..<20, using: &random)) }
      let sorted = (0..<count).map { column[$0] }.sorted(by: >)
      let taken = Int.random(in: 0...count, using: &random)
      column.makeHeap(by: >)
      for number in 0..<taken { column.moveFirst(behind: count - number - 1, by: >) }
      #expect((0..<taken).map { column[count - 1 - $0] } == sorted.prefix(taken).map(\.self))
      if taken < count { #expect(column[0] == sorted[taken]) }
    }
  }
}
