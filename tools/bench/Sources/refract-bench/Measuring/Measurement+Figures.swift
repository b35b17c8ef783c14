/// What follows from a measurement.
extension Measurement {
  var stepsPerSolve: Double { Double(counts.steps) / Double(max(1, counts.solves)) }

  func perSecond(_ count: Int) -> Int { seconds > 0 ? Int(Double(count) / seconds) : 0 }

  /// One object, keys as in the counters of results.
  func json(after smaller: Measurement?) -> String {
    var members = [
      ("case", "\"\(name)\""), ("flows", "\(counts.flows)"), ("solves", "\(counts.solves)"),
      ("solver_steps", "\(counts.steps)"), ("fills", "\(counts.fills)"),
      ("events", "\(counts.events)"), ("processor_s", "\(seconds)"),
      ("allocations", "\(allocations)"), ("peak_heap_bytes", "\(peakBytes)"),
    ]
    if let steady = counts.steadyAllocations { members.append(("steady_allocations", "\(steady)")) }
    let growths: [(String, Double?)] = [
      ("solver_steps_exponent", growth(since: smaller) { Double($0.counts.steps) }),
      ("processor_s_exponent", growth(since: smaller, of: \.seconds)),
      ("peak_heap_bytes_exponent", growth(since: smaller) { Double($0.peakBytes) }),
    ]
    for (key, value) in growths { if let value { members.append((key, "\(value)")) } }
    return "{ " + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + " }"
  }
}
