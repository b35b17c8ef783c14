import Diagnostics
import JSON
import Quantities
public import Study
import Trace

/// What `scrub` says: what was replaced, what was looked for, and how both traces replay.
public enum ScrubReport {
  /// Lines for people, without line feeds.
  public static func lines(_ outcome: ScrubOutcome, directory: String) -> [String] {
    let replaced = outcome.counts.map { kind, count in
      "\(kind.rawValue.replacing("_", with: " ")) \(count)"
    }
    var lines = [
      "wrote \(outcome.events) events of \(outcome.ranks) ranks to \(directory)",
      "different texts replaced or removed: "
        + (replaced.isEmpty ? "nothing" : replaced.joined(separator: ", ")),
      "looked for in every byte of it, and not found: \(outcome.searched) texts",
    ]
    // To the picosecond.
    func ms(_ time: SimDuration) -> String { Wording.milliseconds(time, digits: 9) }
    for replay in outcome.replays {
      lines.append(
        "\(replay.step) on \(replay.fabric): \(ms(replay.stepTime.original)) ms from the "
          + "original, \(ms(replay.stepTime.scrubbed)) ms from what was written; with "
          + "captured durations \(ms(replay.capturedDurations.original)) ms and "
          + "\(ms(replay.capturedDurations.scrubbed)) ms; every figure is the same, of "
          + "\(replay.collectives) collectives too")
    }
    if let refusal = outcome.refusal {
      lines.append(
        "the job hung, so that neither can be replayed; events and calls are the same: "
          + refusal.problem)
    }
    return lines
  }

  /// The document `refract.scrub/1`.
  public static func json(_ outcome: ScrubOutcome, version: String) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.scrub/1")
      json.member("version", version)
      json.member("ranks", outcome.ranks)
      json.member("events", outcome.events)
      json.key("replaced")
      json.object { json in
        for (kind, count) in outcome.counts { json.member(kind.rawValue, count) }
      }
      json.member("texts_searched", outcome.searched)
      json.key("replays")
      json.array { json in
        for replay in outcome.replays {
          json.object { json in
            json.member("step", replay.step)
            json.member("fabric", replay.fabric)
            json.member("original_step_time_ps", replay.stepTime.original.picoseconds)
            json.member("scrubbed_step_time_ps", replay.stepTime.scrubbed.picoseconds)
            json.member(
              "original_captured_durations_ps", replay.capturedDurations.original.picoseconds)
            json.member(
              "scrubbed_captured_durations_ps", replay.capturedDurations.scrubbed.picoseconds)
            json.member("collectives", replay.collectives)
          }
        }
      }
      json.key("hung")
      if let refusal = outcome.refusal { json.string(refusal.problem) } else { json.null() }
    }
    json.endLine()
    return json.bytes
  }
}
