import Collectives
import Foundation
import Quantities
import TestSupport
import Testing
import Trace

@testable import Study

@Suite("Rules of algorithms")
struct AlgorithmFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("the file of the article says what the article says")
  func example() throws {
    let text = try String(
      contentsOfFile: ProjectFiles.path(
        "Sources/Collectives/Documentation.docc/Collectives.md"), encoding: .utf8)
    let start = try #require(text.range(of: "```json\n")).upperBound
    let end = try #require(text.range(of: "\n```", range: start..<text.endIndex)).lowerBound
    let rules = try AlgorithmFile.read(directory.write("r", String(text[start..<end])))
    #expect(
      rules.map(\.description) == [
        "all_reduce, 1048576 bytes or less: tree, LL",
        "all_reduce of dp, 16 members or more: hierarchical", "all_gather: at most 2 channels",
        "all_to_all: at most 155.0 GB/s from a rank",
      ])
    #expect(rules.allSatisfy { $0.word == nil })
  }

  @Test("words of the command line")
  func words() throws {
    let dp = try AlgorithmWord.rule("all_reduce@dp=halving-doubling")
    #expect(dp.kind == .allReduce && dp.group == "dp")
    #expect(dp.algorithm == .named(.halvingDoubling))
    let least = try AlgorithmWord.rule("least")
    #expect(least.kind == nil && least.algorithm == .least && least.word == nil)
    let some = try AlgorithmWord.rule("all_gather=least")
    #expect(some.kind == .allGather && some.algorithm == .least)
    #expect(throws: AlgorithmWord.Misfit.self) { try AlgorithmWord.rule("all_gather=chain") }
  }

  @Test("every algorithm can be named for every kind that has it")
  func names() throws {
    for kind in AlgorithmWord.kinds {
      for algorithm in CollectiveAlgorithm.choices(for: kind) {
        let rule = try AlgorithmWord.rule("\(kind.rawValue)=\(algorithm.rawValue)")
        #expect(rule.algorithm == .named(algorithm))
      }
    }
  }
}
