import ArgumentParser
import Collectives
import Diagnostics
import Report
import Study
import Workload

/// `refract calibrate`.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit what collectives took to what the model says, on the fabric of the capture.",
    discussion: """
      Writes, for each kind of collective, algorithm and range of sizes, a latency and an efficiency, \
      with the number of samples and the error that is left. 'replay' and 'compare' take the file \
      with --calibration.
      """)

  @Argument(help: "Capture files, directories, archives or patterns: together one trace.")
  var inputs: [String]

  @Option(name: .long, help: "The fabric that the trace was captured on: a preset, or a file.")
  var fabric: String

  @Option(name: .long, help: "Where ranks were: \(SeatArguments.policies).")
  var placement = "linear"

  @OptionGroup var trace: TraceOptions
  @OptionGroup var lowering: LoweringArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("The calibration file.", valueName: "file"))
  var output: String

  func run() throws {
    let prepared = try PreparedTrace.prepare(
      try trace.source(inputs), name: Study.name(inputs), threads: trace.reading.threadCount,
      progress: trace.reading.progress)
    guard let step = prepared.last else { return }
    let scenario = try lowering.scenario(fabric: fabric, placement: placement)
    let calibration = try Calibrator(step, scenario).calibrate()
    guard !calibration.classes.isEmpty else {
      throw Diagnostic(
        .nothingToReplay, "the step has no collective between ranks with a captured duration",
        remedy: "calibrate on a step that communicates")
    }
    trace.show(step.workload.log.summarized())
    try CalibrationFile.write(calibration, to: output)
    try printOutput(Array(CalibrationReport.text(calibration).utf8))
  }
}
