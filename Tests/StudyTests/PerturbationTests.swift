import Collectives
import Quantities
import Simulation
import TestSupport
import Testing
import Trace
import Workload

@testable import Study

/// What must hold of any graph: with captured communication stretched it is a max-plus system.
@Suite("Perturbed graphs")
struct PerturbationTests {
  private static func check(
    _ trace: PreparedTrace, factors: [Double] = [0, 0.5, 1, 2, 10]
  ) throws {
    let plan = PlanBuilder.plan(trace.workload, capacities: [])
    var steps: [Double] = []
    for factor in factors {
      var stretched = plan
      for index in stretched.programs.indices {
        stretched.programs[index].scaleRecordedCommunication(by: factor)
      }
      var replayer = Replayer(stretched, lowering: InstantLowering(), timing: .recorded)
      let result = try replayer.run()
      steps.append(result.stepTime.seconds)
      for rank in stretched.programOfRank.indices {
        try checkOrder(
          replayer.spans(ofRank: rank), stretched.programs[stretched.programOfRank[rank]])
      }
    }
    let captured = trace.workload.captured.stepTime.seconds
    let asCaptured = try #require(factors.firstIndex(of: 1))
    #expect(abs(steps[asCaptured] - captured) <= 1e-3 * captured)
    // Each duration is rounded to a picosecond; a path holds no more of them than there are tasks.
    let rounding = Double(plan.programs.reduce(0) { $0 + $1.taskCount }) * 1e-12
    for index in 1..<steps.count {
      #expect(steps[index] >= steps[index - 1] - rounding, "longer communication, shorter step")
    }
    var slopes: [Double] = []
    for index in 1..<steps.count {
      let rise: Double = steps[index] - steps[index - 1]
      slopes.append(rise / (factors[index] - factors[index - 1]))
    }
    for index in 1..<slopes.count {
      #expect(slopes[index] >= slopes[index - 1] - 8 * rounding, "convex: \(steps)")
    }
  }

  private static func checkOrder(_ spans: [TaskSpan], _ program: PlanProgram) throws {
    for range in program.laneRanges {
      for task in range {
        var ready = task > range.lowerBound ? spans[task - 1].end : .origin
        for predecessor in program.predecessors[program.predecessorRanges[task]] {
          ready = max(ready, spans[Int(predecessor)].end)
        }
        try #require(spans[task].start >= ready, "task \(task) starts before its reasons")
        try #require(spans[task].end >= spans[task].start)
      }
    }
  }

  @Test(
    "nothing starts before its reasons; the step is monotone and convex in communication",
    arguments: ["traces/sample-moe-ep8", "traces/captured-moe-ep4"])
  func project(path: String) throws {
    let source = TraceSource(inputs: [ProjectFiles.path(path)])
    try Self.check(PreparedTrace.prepare(source, name: "t")[0])
  }

  @Test(
    "so it is of a published step and of a captured one of GPUs that nobody here made",
    .enabled(if: SharedFiles.arePresent, Comment(rawValue: SharedFiles.reason)))
  func shared() throws {
    var options = WorkloadOptions()
    options.extrapolation = Extrapolation()
    let published = TraceSource(
      inputs: [SharedFiles.deepSeek], rules: ["deepep"], options: options)
    // 64 ranks in a debug build: as few as show a bend.
    try Self.check(PreparedTrace.prepare(published, name: "t")[0], factors: [0, 1, 2])
    let gloo = TraceSource(inputs: [SharedFiles.path("captures/gloo-moe-ep4/kineto_*")])
    try Self.check(PreparedTrace.prepare(gloo, name: "t")[0])
  }

  @Test("the report of dependencies tells what each edge rests on, and what is left unexplained")
  func report() throws {
    let source = TraceSource(inputs: [ProjectFiles.path("traces/sample-moe-ep8")])
    let trace = try PreparedTrace.prepare(source, name: "t")[0]
    let report = try DependencyReport(trace)
    let edges = trace.workload.programs.flatMap(\.dependencies).map(\.count).reduce(0, +)
    #expect(report.kinds.map(\.count).reduce(0, +) == edges)
    let guessed = report.kinds.filter(\.kind.isGuess).map(\.count).reduce(0, +)
    #expect(report.guesses.count == guessed)
    #expect(report.guesses.allSatisfy { $0.slack >= .zero && $0.slack <= $0.rest })
    #expect(report.kinds.allSatisfy { $0.holding <= $0.count && $0.slack.median <= $0.slack.most })
    let path = report.path
    #expect(report.scaled.map(\.factor) == DependencyReport.factors)
    #expect(report.scaled[2].step == report.captured)
    #expect(path.compute + path.transfer + path.host + path.lag == report.captured)
    #expect(report.lags.map(\.onCriticalPath).reduce(SimDuration.zero, +) == path.lag)
    #expect(report.lags.map(\.total).reduce(SimDuration.zero, +) == report.totalLag)
    #expect(report.lagFree <= report.captured)
    #expect(report.communicationFree.all <= report.captured)
  }
}
