import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Synthesis

@Suite("Made-up steps")
struct SynthesizerTests {
  private static func trace(
    _ layout: String, _ model: MoEModel = ModelFixture.small,
    _ change: (inout SynthesisOptions) -> Void = { _ in }
  ) throws -> Trace {
    var options = ModelFixture.options
    change(&options)
    return try Synthesizer(model, layout: ParallelLayout(layout), options: options).trace()
  }

  /// Calls of a rank by title and bytes put in, each with how many there are.
  private static func calls(_ rank: RankTrace) -> [String] {
    var counts: [String: Int] = [:]
    for call in rank.communications {
      counts["\(call.title) \(call.sendBytes.bytes) \(call.receiveBytes.bytes)", default: 0] += 1
    }
    return counts.map { "\($1) \($0)" }.sorted()
  }

  @Test("the calls of each stage of a small job, counted by hand")
  func calls() throws {
    let trace = try Self.trace("tp2-pp2-dp4-ep2")
    #expect(trace.worldSize == 16 && trace.ranks.map(\.rank) == [RankID(0), RankID(8)])
    // A layer a stage, 3 micro-batches. 4 tokens · 8 · 2 bytes are 64; a rank has half of them.
    // Tokens: 2 of 16 bytes, each to 2 experts.
    let layer = [
      "3 attention gather (backward) 32 64", "3 attention gather 32 64",
      "3 attention scatter (backward) 64 32", "3 attention scatter 64 32",
      "3 combine (backward) 64 64", "3 combine 64 64", "3 dispatch (backward) 64 64",
      "3 dispatch 64 64", "3 experts gather (backward) 32 64", "3 experts gather 32 64",
      "3 experts scatter (backward) 64 32", "3 experts scatter 64 32",
    ]
    // 2 experts of 1024 weights, half of each, in 2 bytes; attention's 256 likewise.
    let gradients = ["1 expert gradients 2048 2048", "1 gradients 256 256"]
    let messages = ["3 recv 0 32", "3 send 32 0"]
    for rank in trace.ranks {
      #expect(Self.calls(rank) == (layer + gradients + messages).sorted())
      #expect(rank.isScheduled && rank.hasDevice)
    }
    #expect(
      trace.ranks[0].communications.compactMap(\.peer) == Array(repeating: RankID(8), count: 6))
    #expect(
      trace.ranks[1].communications.compactMap(\.peer) == Array(repeating: RankID(0), count: 6))
    let routing = trace.ranks[0].communications.compactMap(\.routing)
    #expect(routing.count == 12)
    #expect(
      routing.first
        == TokenRouting(
          direction: .dispatch, tokens: 2, tokenBytes: 16, expertsPerToken: 2, experts: 4))
    #expect(routing.count { $0.direction == .combine } == 6)
  }

  @Test("every rank stands there once, with its own groups")
  func repeats() throws {
    let trace = try Self.trace("tp2-pp2-dp4-ep2")
    let all = trace.ranks.map(\.rank) + trace.repeats.map(\.rank)
    #expect(all.sorted() == (0..<16).map(RankID.init(index:)))
    let table = GroupTable(try ParallelLayout("tp2-pp2-dp4-ep2"))
    for copy in trace.repeats {
      #expect(copy.source == (copy.rank.raw < 8 ? RankID(0) : RankID(8)))
      #expect(
        copy.groups
          == GroupTable.Family.allCases.compactMap { table.group($0, of: copy.rank.index) })
    }
  }

  @Test("compute takes what its FLOP take, backward twice as long")
  func compute() throws {
    let trace = try Self.trace("tp2-pp2-dp4-ep2")
    let rank = trace.ranks[0]
    var times: [String: Set<Int64>] = [:]
    for index in rank.events.indices where rank.events[index].communication == nil {
      let event = rank.events[index]
      times[rank.names[event.name], default: []].insert(event.duration.nanosecondsRounded)
    }
    // 4 · (2 · 256 + 2 · 4 · 8) / 2 and 4 · 2 · 2 · 1024 / 2 FLOP, a microsecond each.
    #expect(
      times == [
        "attention": [1_152_000], "attention (backward)": [2_304_000],
        "experts": [8_192_000], "experts (backward)": [16_384_000],
      ])
  }

  @Test("each option changes what it says and nothing else")
  func options() throws {
    let layout = "tp2-pp2-dp4-ep2"
    func titles(_ change: (inout SynthesisOptions) -> Void) throws -> Set<String> {
      Set(try Self.calls(Self.trace(layout, ModelFixture.small, change).ranks[0]))
    }
    let usual = try titles { _ in }
    let without = try titles { $0.expertTensorParallel = .none }
    #expect(usual.subtracting(without).count == 4 && without.isSubset(of: usual))
    let copies = try titles { $0.expertTensorParallel = .copies }
    #expect(copies.contains("3 experts gather 64 128") && copies.contains("3 dispatch 64 64"))
    let whole = try titles { $0.allToAll = .whole }
    #expect(whole.contains("3 dispatch 128 128") && whole.contains("3 attention gather 32 64"))
    let unreduced = try titles { $0.gradients = .none }
    #expect(usual.subtracting(unreduced).count == 2)
    let reduced = try titles {
      $0.sequenceParallel = false
      $0.allToAll = .whole
    }
    #expect(reduced.contains("3 attention reduce 64 64"))
    #expect(!reduced.contains { $0.contains("gather") || $0.contains("scatter") })
  }

  @Test("layers without experts have one network, and neither all-to-all nor experts' gradients")
  func denseLayers() throws {
    var model = ModelFixture.small
    model.denseLayers = 1
    model.denseWidth = 96
    let trace = try Self.trace("tp2-pp2-dp4-ep2", model)
    let first = Self.calls(trace.ranks[0])
    #expect(first.contains("3 ffn gather 32 64"))
    #expect(!first.contains { $0.contains("dispatch") || $0.contains("expert") })
    // (256 + 2 · 8 · 96) / 2 weights in 2 bytes.
    #expect(first.contains("1 gradients 1792 1792"))
    #expect(Self.calls(trace.ranks[1]).contains("3 dispatch 64 64"))
    // Ranks of the first stage are on fewer groups.
    #expect(Set(trace.repeats.filter { $0.source == RankID(0) }.map(\.groups.count)) == [3])
    #expect(Set(trace.repeats.filter { $0.source == RankID(8) }.map(\.groups.count)) == [5])
  }

  @Test("uneven stages: the first have a layer more")
  func unevenStages() throws {
    var model = ModelFixture.small
    model.layers = 5
    let trace = try Self.trace("pp3-dp2-ep2", model) { $0.unevenStages = true }
    let layers = trace.ranks.map { rank in
      rank.communications.count { $0.title == "dispatch" } / 3
    }
    #expect(layers == [2, 2, 1])
    let diagnostic = thrownDiagnostic { try Self.trace("pp3-dp2-ep2", model) }
    #expect(diagnostic?.problem.contains("pp 3 does not divide the 5 layers") == true)
  }

  @Test("made-up times hold what the edges say, and leave no lag")
  func times() throws {
    for overlap in SynthesisOptions.Overlap.allCases {
      for rank in try Self.trace("tp2-pp2-dp4-ep2", ModelFixture.small, { $0.overlap = overlap })
        .ranks
      {
        var free = [SimTime](repeating: .origin, count: rank.lanes.count)
        var edges = rank.edges[...]
        for index in rank.events.indices {
          let event = rank.events[index]
          var ready = free[event.lane]
          while let edge = edges.first, Int(edge.event) == index {
            #expect(Int(edge.after) < index || rank.events[Int(edge.after)].end == event.start)
            ready = max(ready, rank.events[Int(edge.after)].end)
            edges = edges.dropFirst()
          }
          #expect(event.start == ready)
          free[event.lane] = event.end
        }
        #expect(edges.isEmpty)
      }
    }
  }

  @Test("with overlap a layer's compute waits for none of its own communication")
  func overlap() throws {
    let rank = try Self.trace("tp2-dp2-ep2") { options in
      options.overlap = .layer
      options.microbatches = 1
    }.ranks[0]
    let compute = rank.lanes.firstIndex { $0.name == "compute" }
    let waits = rank.edges.filter { rank.events[Int($0.event)].lane == compute }
    // Of each of four layer passes but the first, the first compute alone: experts or attention.
    #expect(waits.count == 3)
  }

  @Test("what the trace leans on is said, and a step reads back as written, byte by byte the same")
  func written() throws {
    let trace = try Self.trace("tp2-pp2-dp4-ep2")
    #expect(Set(trace.assumptions.map(\.code)) == ["synthetic"])
    let directory = try TemporaryDirectory()
    for name in ["a", "b"] { try NativeTraceWriter.write(trace, to: directory.file(name)) }
    #expect(
      try directory.entries() == ["a", "b"]
        && bytes(of: directory.file("a/manifest.json"))
          == bytes(of: directory.file("b/manifest.json"))
    )
    let read = try NativeTraceReader.read(directory: directory.file("a"))
    #expect(TraceLikeness.difference(trace, read) == nil)
    #expect(read.repeats == trace.repeats && read.groups == trace.groups)
    #expect(read.assumptions == trace.assumptions)
  }

  /// The study's job: 32,768 ranks, of which eight are written.
  @Test("a job of tens of thousands of ranks is small")
  func large() throws {
    let model = try ModelPreset.load(nameOrFile: "study-config4")
    let trace = try Synthesizer(model, layout: ParallelLayout("tp16-pp8-dp256-ep32")).trace()
    #expect(trace.worldSize == 32_768 && trace.ranks.count == 8)
    #expect(trace.repeats.count == 32_760)
    // 2,048 of TP, 1,024 of EP, 4,096 of experts' replicas, 128 of DP, 4,096 of PP.
    #expect(trace.groups.count == 11_392)
    // 15 layers · 16 micro-batches · 2 · (8 calls or so of a layer), 2 gradients, 32 or 64 messages.
    #expect(trace.ranks.map(\.events.count) == [3874] + Array(repeating: 3906, count: 6) + [3874])
  }

  struct Misfit: CustomTestStringConvertible, Sendable {
    var layout: String
    var words: String
    var options = ModelFixture.options
    var testDescription: String { layout + ": " + words }
  }

  private static var misfits: [Misfit] {
    func options(_ change: (inout SynthesisOptions) -> Void) -> SynthesisOptions {
      var options = ModelFixture.options
      change(&options)
      return options
    }
    return [
      Misfit(layout: "pp3", words: "pp 3 does not divide the 2 layers"),
      Misfit(
        layout: "pp3", words: "more stages than small has layers",
        options: options { $0.unevenStages = true }),
      Misfit(layout: "dp8-ep8", words: "ep 8 does not divide the 4 experts"),
      Misfit(layout: "tp3", words: "tp 3 does not divide the width 8"),
      Misfit(layout: "tp8", words: "tp 8 does not divide the 4 tokens"),
      Misfit(layout: "dp2", words: "--microbatches is 0", options: options { $0.microbatches = 0 }),
      Misfit(
        layout: "dp2", words: "--microbatch-size is -1", options: options { $0.microbatchSize = -1 }
      ),
      Misfit(layout: "dp2", words: "--tflops", options: options { $0.flops = 0 }),
      Misfit(layout: "dp2", words: "--tflops", options: options { $0.flops = .infinity }),
      Misfit(
        layout: "tp2-dp2-ep2", words: "without sequence parallelism",
        options: options { $0.sequenceParallel = false }),
    ]
  }

  @Test("what does not fit is refused with both sizes", arguments: misfits)
  func misfit(_ misfit: Misfit) {
    let diagnostic = thrownDiagnostic {
      try Synthesizer(
        ModelFixture.small, layout: ParallelLayout(misfit.layout), options: misfit.options)
    }
    #expect(diagnostic?.code == .usage)
    #expect(
      diagnostic?.problem.contains(misfit.words) == true, "\(diagnostic?.problem ?? "nothing")")
  }

  @Test("a step beyond what a trace can say is refused")
  func beyond() throws {
    var model = ModelFixture.small
    model.layers = 1 << 20
    let events = thrownDiagnostic { try Self.trace("dp2", model) }
    #expect(events?.problem.contains("are more than 4194304 events") == true)
    let days = thrownDiagnostic {
      try Self.trace("dp2", ModelPreset.load(nameOrFile: "study-config4")) { $0.flops = 1e6 }
    }
    #expect(days?.problem.contains("more than 11 days") == true)
  }
}
