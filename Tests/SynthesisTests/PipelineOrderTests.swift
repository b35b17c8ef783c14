import Testing

@testable import Synthesis

@Suite("Pipeline order")
struct PipelineOrderTests {
  private static func words(
    _ schedule: SynthesisOptions.Schedule, _ stage: Int, _ stages: Int, _ count: Int
  ) -> String {
    PipelineOrder.passes(schedule, stage: stage, of: stages, microbatches: count).map { pass in
      switch pass {
      case .forward(let number): "F\(number)"
      case .backward(let number): "B\(number)"
      }
    }.joined(separator: " ")
  }

  @Test("one forward, one backward")
  func alternating() {
    let order = (0..<3).map { Self.words(.oneForwardOneBackward, $0, 3, 4) }
    #expect(
      order == [
        "F0 F1 F2 B0 F3 B1 B2 B3", "F0 F1 B0 F2 B1 F3 B2 B3", "F0 B0 F1 B1 F2 B2 F3 B3",
      ])
  }

  @Test("all forward, then all backward")
  func separate() {
    #expect(Self.words(.allForwardAllBackward, 1, 3, 3) == "F0 F1 F2 B0 B1 B2")
  }

  @Test("every micro-batch goes through once each way, forward first, in order")
  func complete() {
    for schedule in SynthesisOptions.Schedule.allCases {
      for stages in 1...5 {
        for count in 1...7 {
          for stage in 0..<stages {
            let passes = PipelineOrder.passes(
              schedule, stage: stage, of: stages, microbatches: count)
            #expect(passes.count == 2 * count)
            let forward = (0..<count).map { passes.firstIndex(of: .forward($0)) ?? -1 }
            let backward = (0..<count).map { passes.firstIndex(of: .backward($0)) ?? -1 }
            #expect(forward == forward.sorted() && backward == backward.sorted())
            #expect(zip(forward, backward).allSatisfy { 0 <= $0 && $0 < $1 })
          }
        }
      }
    }
  }
}
