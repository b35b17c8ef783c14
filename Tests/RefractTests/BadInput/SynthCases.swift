import TestSupport

/// Models, layouts and options of which no step can be made, and traces whose ranks repeat what is not
/// there.
enum SynthCases {
  private static let model = """
    {"schema": "refract.model/1", "name": "mine", "layers": 4, "hidden": 16, "sequence": 8,
     "attention": {"parameters": 1024, "score_width": 16},
     "experts": {"count": 8, "per_token": 2, "width": 32, "matrices": 2},
     "element_bytes": {"activation": 2, "gradient": 2}}
    """

  private static func inModel(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    BadInput(
      "model: " + name, [.text("m.json", model.mended(old, new))],
      "synth {dir}/m.json --layout tp2-pp2-dp2-ep2 -o {dir}/out", "{dir}/m.json" + error)
  }

  private static func asked(_ name: String, _ arguments: String, _ error: String) -> BadInput {
    BadInput(
      "synth: " + name, [.text("m.json", model)], "synth {dir}/m.json -o {dir}/out " + arguments,
      status: 64, error)
  }

  static let all = models + layouts + repeats + estimates

  private static let models = [
    inModel(
      "a version to come", "model/1", "model/2",
      ", at schema: is 'refract.model/2', and this version reads refract.model/1 [unsupported-version]"
    ),
    inModel(
      "a typing slip", "\"hidden\"", "\"hiden\"",
      """
      , at hiden: the key 'hiden' is not known here; known keys are attention, dense_layers, \
      dense_width, element_bytes, experts, hidden, layers, name, schema, sequence, source \
      [unknown-key]
      """),
    inModel(
      "more experts a token than there are", "\"per_token\": 2", "\"per_token\": 9",
      ", at experts.per_token: 9 is not within 1...8 [value-out-of-range]"),
    inModel(
      "groups that cut experts unevenly", "\"matrices\": 2", "\"matrices\": 2, \"groups\": 3",
      ", at experts: experts must divide evenly into expert groups [value-out-of-range]"),
    inModel(
      "no layers", "\"layers\": 4", "\"layers\": 0",
      ", at layers: 0 is not within 1...16777216 [value-out-of-range]"),
    BadInput(
      "model: neither a preset nor a file", [],
      "synth gpt-9 --layout tp2 -o {dir}/out", status: 66,
      """
      gpt-9: is neither a model that comes along nor a file; models are deepseek-v3, study-config1, \
      study-config2, study-config3, study-config4 [no-such-file]
      """),
  ]

  private static let layouts = [
    asked("no layout", "", "Error: Missing expected argument '--layout <layout>'…"),
    asked(
      "a size of no kind", "--layout tp2-cp2",
      "--layout 'tp2-cp2': 'cp2' is no size; write it as in tp16-pp8-dp256-ep32 [usage]"),
    asked("a size twice", "--layout tp2-tp2", "--layout 'tp2-tp2': tp stands there twice [usage]"),
    asked(
      "stages that cut layers unevenly", "--layout pp3",
      """
      --layout tp1-pp3-dp1-ep1: pp 3 does not divide the 4 layers of mine; with --uneven-stages \
      the first 1 have one more [usage]
      """),
    asked(
      "experts that don't divide", "--layout dp16-ep16",
      "--layout tp1-pp1-dp16-ep16: ep 16 does not divide the 8 experts of mine [usage]"),
    asked(
      "expert-parallel groups that don't divide replicas", "--layout dp6-ep4",
      """
      --layout: ep 4 does not divide dp 6: experts are spread over whole groups of replicas [usage]
      """),
    asked(
      "more ranks than can be", "--layout tp1024-dp2048",
      "--layout: tp 1024 · pp 1 · dp 2048 are more than 1048576 ranks [usage]"),
    asked(
      "tokens that don't divide", "--layout tp16 --sequence 24",
      """
      --layout tp16-pp1-dp1-ep1: tp 16 does not divide the 24 tokens of a micro-batch; choose \
      another --sequence or --microbatch-size [usage]
      """),
    asked(
      "no compute", "--layout dp2 --tflops 0",
      "--tflops must be at least 0.000000000001, one operation a second [usage]"),
    asked(
      "no micro-batches", "--layout dp2 --microbatches 0",
      "--microbatches is 0, and must be from 1 to 65536 [usage]"),
    asked(
      "more experts than there are", "--layout dp2 --top-k 9",
      """
      --top-k 9: mine has 8 experts in groups of 8, and a token's lie in 1 of these; take a \
      multiple of 1, and no more than these hold [usage]
      """),
    asked(
      "shares of tokens that nobody has", "--layout tp2-dp2-ep2 --no-sequence-parallel",
      """
      without sequence parallelism each tensor-parallel rank has all tokens; add --all-to-all \
      whole, or leave --no-sequence-parallel out [usage]
      """),
    BadInput(
      "synth: an output that is a file", [.text("m.json", model), .text("f", "")],
      "synth {dir}/m.json --layout dp2 -o {dir}/f", status: 73,
      """
      {dir}/f: can't be made a directory: File exists; name a directory whose parent exists and can \
      be written [cannot-write]
      """),
  ]

  private static let repeats = [
    BadInput(
      "manifest: a rank that repeats one without events",
      NativeTraceCases.files(
        manifest: NativeTraceCases.manifest.mended(
          "\"ranks\": [{",
          "\"repeats\": [{\"of\": 1, \"ranks\": [1], \"groups\": [[0]]}], \"ranks\": [{")),
      "inspect {dir}",
      """
      {dir}/manifest.json, at repeats[0].of: rank 1 has no events that others could share; name a \
      rank that stands in 'ranks' [value-out-of-range]
      """),
    BadInput(
      "manifest: a rank that repeats itself",
      NativeTraceCases.files(
        manifest: NativeTraceCases.manifest.mended(
          "\"ranks\": [{",
          "\"repeats\": [{\"of\": 0, \"ranks\": [0], \"groups\": [[0]]}], \"ranks\": [{")),
      "inspect {dir}",
      """
      {dir}/manifest.json, at repeats[0].ranks[0]: rank 0 has events of its own; name each rank once \
      [duplicate-rank]
      """),
    BadInput(
      "manifest: a repeat on no group",
      NativeTraceCases.files(
        manifest: NativeTraceCases.manifest.mended(
          "\"ranks\": [{",
          "\"repeats\": [{\"of\": 0, \"ranks\": [1], \"groups\": [[]]}], \"ranks\": [{")),
      "replay {dir} --fabric reference-switch",
      """
      {dir}/manifest.json, at repeats[0].groups[0]: holds 0 groups, and rank 0 has calls on 1; name \
      one for each, in ascending order of rank 0's [value-out-of-range]
      """),
  ]

  private static let estimates = [
    BadInput(
      "estimate: layers that are not alike", [],
      "estimate deepseek-v3 --layout dp64-ep64 --fabric passage-512", status: 64,
      """
      the closed form is of layers that are all alike: experts in each, none shared, no expert \
      groups, elements of one size, stages of equal length, sequence parallelism; replay the trace \
      instead [usage]
      """),
    BadInput(
      "estimate: pods too small for a layer", [],
      "estimate study-config1 --layout tp16-dp32-ep32 --fabric hgx-h800-8",
      """
      a pod of 8 GPUs has no room for 16 ranks that share a layer [fabric-too-small]
      """),
    BadInput(
      "estimate: one pod and nothing between", [],
      "estimate study-config1 --layout tp16-dp32-ep32 --fabric reference-switch", status: 64,
      """
      the closed form is of pods that are alike and whole, and of a network between them, which \
      'reference-switch' is not; replay the trace instead [usage]
      """),
  ]
}
