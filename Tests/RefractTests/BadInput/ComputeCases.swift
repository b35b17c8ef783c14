/// What-ifs on compute, and calibrations, that can't be taken as they are given.
enum ComputeCases {
  private static let ranks = "{dir}/rank0.json {dir}/rank1.json"
  private static let replay = "replay \(ranks) --fabric copper-144"

  private static func usage(_ name: String, _ option: String, _ error: String) -> BadInput {
    BadInput(
      "compute: " + name, CommandLineCases.job, "\(replay) \(option)", status: 64,
      "Error: \(error)…")
  }

  private static func file(
    _ name: String, _ option: String, _ text: String, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "compute: " + name, CommandLineCases.job + [.text("f.json", text)], "\(replay) \(option)",
      status: status, error)
  }

  private static let scale = """
    is neither FACTOR nor CLASS=FACTOR, a factor from 0 to 1000 and a class of gemm, attention, \
    memory_bound, other
    """

  static let all = [
    usage(
      "a factor that is no number", "--scale-compute gemm=nan",
      "--scale-compute 'gemm=nan' \(scale)"),
    usage("a factor below 0", "--scale-compute=-1", "--scale-compute '-1' \(scale)"),
    usage("a class that is none", "--scale-compute attn=2", "--scale-compute 'attn=2' \(scale)"),
    usage("a roofline of one device", "--roofline h800", "--roofline 'h800' is not FROM:TO"),
    usage(
      "all SMs freed", "--free-sms 132/132",
      "--free-sms '132/132' is not HELD/ALL, some but not all SMs of a GPU"),
    usage(
      "a loss that is none", "--calibration-loss both",
      "The value 'both' is invalid for '--calibration-loss <ends|links>'."),
    BadInput(
      "compute: a device that is none", CommandLineCases.job, replay + " --roofline h800:abacus",
      status: 66,
      """
      abacus: is neither a device that comes along nor a file; devices are v100, a100, h800, h100, \
      h200, b200, mi300x [no-such-file]
      """),
    file(
      "a device without arithmetic", "--roofline h800:{dir}/f.json",
      #"{"name": "x", "dense_tflops": 0, "memory_gbytes_per_s": 1}"#,
      "{dir}/f.json, at dense_tflops: is 0 and must be more than 0 [value-out-of-range]"),
    file(
      "a class of kernels that is none", "--kernel-classes {dir}/f.json",
      #"{"schema": "refract.kernel_classes/1", "rules": [{"class": "fast", "names": []}]}"#,
      """
      {dir}/f.json, at rules[0].class: 'fast' is no class of kernels; classes are gemm, attention, \
      memory_bound, other [value-out-of-range]
      """),
    file(
      "a calibration of an earlier version", "--calibration {dir}/f.json",
      """
      {"schema": "refract.calibration/1", "fabric": "f", "trace": "t", "step_error": 0, "classes": []}
      """,
      "{dir}/f.json, at step_error_without: the key 'step_error_without' is missing; add it [missing-key]"
    ),
    BadInput(
      "inspect: an output that is a file", CommandLineCases.job + [.text("out", "")],
      "inspect \(ranks) -o {dir}/out", status: 73,
      """
      {dir}/out: can't be made a directory: File exists; name a directory whose parent exists and can \
      be written [cannot-write]
      """),
  ]
}
