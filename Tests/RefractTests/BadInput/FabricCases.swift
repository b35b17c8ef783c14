import TestSupport

/// Fabric files that are wrong, and changes on the command line that make them so.
enum FabricCases {
  static let fabric = """
    {
      "schema": "refract.fabric/1",
      "name": "f",
      "pods": 2,
      "pod": {
        "gpus": 8,
        "gpus_per_node": 8,
        "scale_up": { "bandwidth_gbps": 1600, "hop_latency_ns": 250 }
      },
      "scale_out": { "bandwidth_gbps": 400, "hop_latency_ns": 1000 }
    }
    """

  static func changed(
    _ name: String, _ old: String, _ new: String, _ error: String
  ) -> BadInput {
    whole(name, fabric.mended(old, new), error)
  }

  static func whole(_ name: String, _ text: String, _ error: String) -> BadInput {
    file(name, .bytes(Array(text.utf8)), error)
  }

  static func file(
    _ name: String, _ content: BadFile.Content, _ error: String
  ) -> BadInput {
    BadInput(
      "fabric: " + name, [BadFile("f.json", content)], "fabric check {dir}/f.json",
      "{dir}/f.json" + error)
  }

  private static func set(
    _ name: String, _ change: String, status: Int32 = 65, _ error: String
  ) -> BadInput {
    BadInput(
      "fabric: " + name, CommandLineCases.job,
      CommandLineCases.replay + " --set \(change) --fabric hgx-h800-8",
      status: status, error)
  }

  static let all = numbers + shape + changes

  private static let numbers = [
    changed(
      "no bandwidth", "1600", "0",
      ", at pod.scale_up.bandwidth_gbps: is 0 and must be more than 0 [value-out-of-range]"),
    changed(
      "a negative bandwidth", "1600", "-1600",
      """
      , at pod.scale_up.bandwidth_gbps: is -1600 and must be more than 0 \
      [value-out-of-range]
      """),
    changed(
      "a bandwidth of NaN", "1600", "NaN",
      """
      , line 8, byte 148: not valid JSON: 'NaN' is no JSON number; write a finite \
      number, or null where there is none [malformed-json]
      """),
    changed(
      "an infinite bandwidth", "1600", "-Infinity",
      """
      , line 8, byte 148: not valid JSON: '-Infinity' is no JSON number; write a finite \
      number, or null where there is none [malformed-json]
      """),
    changed(
      "a bandwidth of 1e400", "1600", "1e400",
      """
      , line 8, byte 148: not valid JSON: the number 1e400 is too large for any \
      computation; check where it comes from [malformed-json]
      """),
    changed(
      "a bandwidth beyond anything", "1600", "1e300",
      """
      , at pod.scale_up.bandwidth_gbps: 1e+300 Gb/s is no bandwidth; bandwidths are from \
      1e-6 to 1e9 Gb/s [value-out-of-range]
      """),
    changed(
      "a bandwidth of hardly anything", "1600", "1e-320",
      """
      , at pod.scale_up.bandwidth_gbps: 1e-320 Gb/s is no bandwidth; bandwidths are from \
      1e-6 to 1e9 Gb/s [value-out-of-range]
      """),
    changed(
      "a bandwidth that is text", "1600", "\"1600\"",
      ", at pod.scale_up.bandwidth_gbps: is a string where a number is expected [wrong-type]"),
    changed(
      "a bandwidth in hexadecimal", "1600", "0x640",
      """
      , line 8, byte 148: not valid JSON: '0x640' is no JSON number; write digits, with \
      a point and an exponent where needed, no sign but '-' [malformed-json]
      """),
    changed(
      "a bandwidth that leads with zero", "1600", "01600",
      """
      , line 8, byte 148: not valid JSON: '01600' is no JSON number; write digits, with \
      a point and an exponent where needed, no sign but '-' [malformed-json]
      """),
    changed(
      "a bandwidth with a plus", "1600", "+1600",
      """
      , line 8, byte 148: not valid JSON: '+1600' is no JSON number; write digits, with \
      a point and an exponent where needed, no sign but '-' [malformed-json]
      """),
    changed(
      "a bandwidth with a bare point", "1600", "1600.",
      """
      , line 8, byte 148: not valid JSON: '1600.' is no JSON number; write digits, with \
      a point and an exponent where needed, no sign but '-' [malformed-json]
      """),
    changed(
      "a negative latency", "250", "-250",
      ", at pod.scale_up.hop_latency_ns: is -250 and must be at least 0 [value-out-of-range]"),
    changed(
      "a latency of years", "250", "1e18",
      """
      , at pod.scale_up.hop_latency_ns: 1e+18 ns is no latency; latencies are at most \
      1e9 ns [value-out-of-range]
      """),
    changed(
      "an efficiency above one", "\"hop_latency_ns\": 250",
      "\"hop_latency_ns\": 250, \"efficiency\": 1.5",
      ", at pod.scale_up.efficiency: 1.5 is more than 1 [value-out-of-range]"),
    changed(
      "no efficiency", "\"hop_latency_ns\": 250", "\"hop_latency_ns\": 250, \"efficiency\": 0",
      ", at pod.scale_up.efficiency: is 0 and must be more than 0 [value-out-of-range]"),
    changed(
      "oversubscription below one", "\"hop_latency_ns\": 1000",
      "\"hop_latency_ns\": 1000, \"oversubscription\": 0.5",
      ", at scale_out.oversubscription: is 0.5 and must be at least 1 [value-out-of-range]"),
    changed(
      "oversubscription beyond anything", "\"hop_latency_ns\": 1000",
      "\"hop_latency_ns\": 1000, \"oversubscription\": 1e300",
      """
      , at scale_out.oversubscription: is 1e+300 and must be at most 1e6 \
      [value-out-of-range]
      """),
    changed(
      "a negative energy", "\"hop_latency_ns\": 250",
      "\"hop_latency_ns\": 250, \"energy_pj_per_bit\": -1",
      ", at pod.scale_up.energy_pj_per_bit: is -1 and must be at least 0 [value-out-of-range]"),
    changed(
      "an energy beyond anything", "\"hop_latency_ns\": 250",
      "\"hop_latency_ns\": 250, \"energy_pj_per_bit\": 1e300",
      """
      , at pod.scale_up.energy_pj_per_bit: is 1e+300 and must be at most 1e6 \
      [value-out-of-range]
      """),
    changed(
      "a number beyond 64 bits", "\"pods\": 2", "\"pods\": 99999999999999999999",
      """
      , line 4, byte 59: not valid JSON: the whole number 99999999999999999999 does not \
      fit in 64 bits; check where it comes from [malformed-json]
      """),
  ]

  private static let shape = [
    changed(
      "a version to come", "fabric/1", "fabric/2",
      """
      , at schema: is 'refract.fabric/2', and this version reads refract.fabric/1 \
      [unsupported-version]
      """),
    changed(
      "no version", "\"schema\": \"refract.fabric/1\",", "",
      ", at schema: the key 'schema' is missing; add it [missing-key]"),
    changed(
      "an unknown key", "\"pods\"", "\"pod_count\"",
      """
      , at pod_count: the key 'pod_count' is not known here; known keys are degrade, \
      description, fail, load, name, pod, pods, scale_out, schema, source, status [unknown-key]
      """),
    changed(
      "an unknown key of a network", "\"hop_latency_ns\": 250", "\"latency_ns\": 250",
      """
      , at pod.scale_up.latency_ns: the key 'latency_ns' is not known here; known keys \
      are balancing, bandwidth_gbps, configurations, connections, cross_rail, efficiency, \
      energy_pj_per_bit, hop_latency_ns, in_network_reduction, lanes, leaf, length_m, \
      oversubscription, planes, propagation_ns_per_m, reconfiguration_us, static_power_w, \
      switching, technology, topology, torus [unknown-key]
      """),
    changed(
      "a missing key", ", \"hop_latency_ns\": 250", "",
      """
      , at pod.scale_up.hop_latency_ns: the key 'hop_latency_ns' is missing; add it \
      [missing-key]
      """),
    changed(
      "half a GPU", "\"gpus\": 8", "\"gpus\": 7.5",
      ", at pod.gpus: is a number where a whole number is expected [wrong-type]"),
    changed(
      "no GPUs", "\"gpus\": 8", "\"gpus\": 0",
      ", at pod.gpus: 0 is not within 1...1048576 [value-out-of-range]"),
    changed(
      "more GPUs than any fabric", "\"pods\": 2", "\"pods\": 1000000",
      ": 8000000 GPUs are more than 1048576; lower 'pods' or 'pod.gpus' [limit-exceeded]"),
    changed(
      "nodes that do not divide the pod", "\"gpus_per_node\": 8", "\"gpus_per_node\": 3",
      """
      , at pod.gpus_per_node: nodes of 3 don't divide a pod of 8 GPUs; give a divisor of \
      'pod.gpus', or leave it out [value-out-of-range]
      """),
    changed(
      "pods with nothing between them",
      ",\n  \"scale_out\": { \"bandwidth_gbps\": 400, \"hop_latency_ns\": 1000 }", "",
      """
      : there are 2 pods and no 'scale_out' between them; add 'scale_out', or make it \
      one pod [missing-key]
      """),
    changed(
      "a technology that nobody knows", "\"hop_latency_ns\": 250",
      "\"hop_latency_ns\": 250, \"technology\": \"magic\"",
      ", at pod.scale_up.technology: must be 'electrical' or 'optical' [value-out-of-range]"),
    changed(
      "a network that is a number", "{ \"bandwidth_gbps\": 400, \"hop_latency_ns\": 1000 }", "400",
      ", at scale_out: is a number where an object is expected [wrong-type]"),
  ]

  private static let changes = [
    set(
      "a change without a value", "pods", status: 64,
      """
      --set 'pods' is not KEY.PATH=VALUE; write for example --set \
      scale_out.bandwidth_gbps=800 [usage]
      """),
    set(
      "a change of nothing", "=2", status: 64,
      """
      --set '=2' is not KEY.PATH=VALUE; write for example --set \
      scale_out.bandwidth_gbps=800 [usage]
      """),
    set(
      "a change to no such place", "pod.scale_in.bandwidth_gbps=1",
      """
      --set pod.scale_in.bandwidth_gbps=1: the fabric has no 'pod.scale_in'; check the \
      key path against the fabric's file [missing-key]
      """),
    set(
      "a change to an unknown key", "pod.scale_up.bandwidth=1",
      """
      fabric 'hgx-h800-8', at pod.scale_up.bandwidth: the key 'bandwidth' is not known \
      here; known keys are balancing, bandwidth_gbps, configurations, connections, cross_rail, efficiency, \
      energy_pj_per_bit, hop_latency_ns, in_network_reduction, lanes, leaf, length_m, \
      oversubscription, planes, propagation_ns_per_m, reconfiguration_us, static_power_w, \
      switching, technology, topology, torus [unknown-key]
      """),
    set(
      "a change to NaN", "pod.scale_up.bandwidth_gbps=NaN",
      """
      fabric 'hgx-h800-8', at pod.scale_up.bandwidth_gbps: is a string where a number is \
      expected [wrong-type]
      """),
    set(
      "a change to zero", "pod.scale_up.bandwidth_gbps=0",
      """
      fabric 'hgx-h800-8', at pod.scale_up.bandwidth_gbps: is 0 and must be more than 0 \
      [value-out-of-range]
      """),
    BadInput(
      "fabric: neither a preset nor a file", CommandLineCases.job,
      CommandLineCases.replay + " --fabric copper", status: 66,
      """
      copper: is neither a fabric preset nor a file; presets are passage-512, \
      photonic-512-14t, copper-144, copper-128, gb200-nvl72, rubin-nvl144, ualink-1024, sue-512, \
      hgx-h800-8, hgx-h100-8, hgx-b200-8, dgx-a100-8, dgx-v100-8, mi300x-8, \
      tpu-v4, gloo-host, reference-switch [no-such-file]
      """),
    BadInput(
      "fabric: smaller than the job",
      CommandLineCases.job + [
        .text(
          "f.json",
          fabric.mended("\"pods\": 2", "\"pods\": 1").mended("\"gpus\": 8", "\"gpus\": 1").mended(
            "\"gpus_per_node\": 8", "\"gpus_per_node\": 1"))
      ], CommandLineCases.replay + " --fabric {dir}/f.json",
      """
      fabric 'f': the job has 2 ranks, and fabric 'f' has 1 GPUs; choose a larger \
      fabric, or raise 'pods' in its file [fabric-too-small]
      """),
  ]
}
