import ArgumentParser
import Study
import Trace

/// What-ifs on compute.
struct ComputeArguments: ParsableArguments {
  @Option(
    name: .customLong("scale-compute"),
    help: ArgumentHelp(
      "Multiply the time of compute: 0.5, or of a class gemm, attention, memory_bound, other: "
        + "gemm=0.5. May be given again.",
      valueName: "[class=]factor"))
  var scales: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Move compute from one device to another by their roofs: h800:b200, or files of devices.",
      valueName: "from:to"))
  var roofline: String?

  @Option(
    name: .customLong("free-sms"),
    help: ArgumentHelp(
      "Suppose that communication kernels do not hold the SMs that they held: 20/132.",
      valueName: "held/all"))
  var freed: String?

  @Option(
    name: .customLong("kernel-classes"),
    help: ArgumentHelp(
      "A file of rules that tell the classes of kernels by name, in place of those that come along.",
      valueName: "file"))
  var classes: String?

  mutating func validate() throws {
    _ = try factors()
    _ = try devices()
    _ = try freedSMs()
  }

  /// What is supposed; `nil` where compute stays as captured.
  func scaling() throws -> ComputeScaling? {
    let rules = try classes.map(KernelClassRules.init(contentsOfFile:)) ?? .standard()
    var scaling = ComputeScaling(rules: rules)
    for (kernelClass, factor) in try factors() { scaling.scale(kernelClass, by: factor) }
    if let (from, to) = try devices() {
      scaling.move(from: try Device(nameOrFile: from), to: try Device(nameOrFile: to))
    }
    if let sms = try freedSMs() { scaling.free(sms) }
    return scaling.isNothing && classes == nil ? nil : scaling
  }

  private func factors() throws -> [(KernelClass?, Double)] {
    try scales.map { text in
      let sides = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      let kernelClass = sides.count == 2 ? KernelClass(rawValue: sides[0]) : nil
      guard sides.count == 1 || (sides.count == 2 && kernelClass != nil),
        let factor = Double(sides[sides.count - 1]), factor >= 0, factor <= 1000
      else {
        throw ValidationError(
          "--scale-compute '\(text)' is neither FACTOR nor CLASS=FACTOR, a factor from 0 to 1000 and "
            + "a class of " + KernelClass.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return (kernelClass, factor)
    }
  }

  private func devices() throws -> (from: String, to: String)? {
    guard let roofline else { return nil }
    let sides = roofline.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2, !sides.contains("") else {
      throw ValidationError("--roofline '\(roofline)' is not FROM:TO")
    }
    return (sides[0], sides[1])
  }

  private func freedSMs() throws -> ComputeScaling.HeldSMs? {
    guard let freed else { return nil }
    let numbers = freed.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let held = numbers[0], let all = numbers[1],
      let sms = ComputeScaling.HeldSMs(held: held, all: all)
    else {
      throw ValidationError("--free-sms '\(freed)' is not HELD/ALL, some but not all SMs of a GPU")
    }
    return sms
  }
}
