import JSON
import Trace
import Workload

extension JSONWriter {
  /// The matching report, all of it; groups by their names.
  mutating func matching(_ report: MatchingReport, groups: [ProcessGroup]) {
    let json = MatchingJSON(groups: groups, origin: report.originNanoseconds)
    object { writer in
      writer.member("origin_ns", report.originNanoseconds)
      writer.member("open_calls", report.openCalls)
      writer.key("hang")
      if let hang = report.hang { json.write(hang, to: &writer) } else { writer.null() }
      writer.key("behind_peers")
      writer.array { writer in for lag in report.lagging { json.write(lag, to: &writer) } }
      writer.key("disagreements")
      writer.array { writer in
        for disagreement in report.disagreements { json.write(disagreement, to: &writer) }
      }
      writer.key("groups")
      writer.array { writer in for group in report.groups { json.write(group, to: &writer) } }
      writer.key("pairs")
      writer.array { writer in for pair in report.pairs { json.write(pair, to: &writer) } }
    }
  }
}

/// Writes the parts of a matching report.
private struct MatchingJSON {
  let groups: [ProcessGroup]
  let origin: Int64

  func write(_ hang: HangDiagnosis, to json: inout JSONWriter) {
    json.object { json in
      json.member("text", hang.sentence(groups))
      json.key("culprits")
      json.array { json in for culprit in hang.culprits { write(culprit, to: &json) } }
      json.member("waiting_ranks", hang.waiting.map(\.raw))
      json.member("held_up_ranks", hang.heldUp.map(\.raw))
      json.key("waits")
      json.array { json in for wait in hang.waits { write(wait, to: &json) } }
    }
  }

  private func write(_ wait: HangDiagnosis.Wait, to json: inout JSONWriter) {
    json.object { json in
      call(wait.group, wait.kind, wait.sequence, to: &json)
      json.member("waiting_ranks", wait.waiting.map(\.raw))
      json.member("missing_ranks", wait.missing.map(\.raw))
      json.member("untraced_ranks", wait.untraced.map(\.raw))
      json.member("since_ns", wait.since &- origin)
      json.member("later_calls", wait.later)
    }
  }

  private func write(_ culprit: HangDiagnosis.Culprit, to json: inout JSONWriter) {
    json.object { json in
      json.member("rank", culprit.rank.raw)
      json.member("traced", culprit.isTraced)
      json.key("last_call")
      if let last = culprit.last {
        json.object { json in
          call(last.group, last.kind, last.sequence, to: &json)
          json.member("state", last.state.rawValue)
          json.member("start_ns", last.start &- origin)
        }
      } else {
        json.null()
      }
      json.key("progress")
      if let progress = culprit.progress {
        json.object { json in
          json.member("group", groups[progress.group].name)
          if let number = progress.lastEnqueued { json.member("last_enqueued", number) }
          if let number = progress.lastStarted { json.member("last_started", number) }
          if let number = progress.lastCompleted { json.member("last_completed", number) }
        }
      } else {
        json.null()
      }
    }
  }

  func write(_ lag: MatchingReport.Lag, to json: inout JSONWriter) {
    json.object { json in
      json.member("rank", lag.rank.raw)
      json.member("calls", lag.calls)
      call(lag.group, lag.kind, lag.sequence, to: &json)
      json.member("ended_on_ranks", lag.finished.map(\.raw))
    }
  }

  func write(_ disagreement: Disagreement, to json: inout JSONWriter) {
    json.object { json in
      json.member("subject", disagreement.subject.rawValue)
      call(disagreement.group, disagreement.kind, disagreement.sequence, to: &json)
      json.member("ranks", disagreement.ranks.map(\.raw))
      json.member("bytes", disagreement.bytes)
      json.member("more_in_call", disagreement.more)
      json.member("text", disagreement.text)
    }
  }

  func write(_ group: GroupMatching, to json: inout JSONWriter) {
    json.object { json in
      json.member("name", groups[group.group].name)
      json.member("purpose", groups[group.group].purpose)
      json.member("ranks", groups[group.group].ranks.map(\.raw))
      json.member("matched_by", group.isNumbered ? "number" : "order")
      json.member("calls", group.callCount)
      json.member("collectives", group.instances.count)
      json.member("complete", group.completeCount)
      json.member("partial", group.partialCount)
      json.key("first_divergence")
      if let first = group.firstDivergence { write(first, to: &json) } else { json.null() }
      json.member("missing_ranks", group.missing.map(\.raw))
      json.key("partial_collectives")
      json.array { json in
        for instance in group.instances where !instance.isComplete { write(instance, to: &json) }
      }
    }
  }

  private func write(_ instance: MatchedCall, to json: inout JSONWriter) {
    json.object { json in
      json.member("kind", instance.kind.rawValue)
      json.member("sequence", instance.sequence)
      json.member("present_ranks", instance.present.map(\.raw))
      json.member("passed_ranks", instance.passed.map(\.raw))
      json.member("missing_ranks", instance.absent.map(\.raw))
      json.member("untraced_ranks", instance.untraced.map(\.raw))
    }
  }

  func write(_ pair: PairMatching, to json: inout JSONWriter) {
    json.object { json in
      json.member("group", groups[pair.group].name)
      json.member("from_rank", pair.from.raw)
      json.member("to_rank", pair.to.raw)
      json.member("sends", pair.sends)
      json.member("receives", pair.receives)
    }
  }

  private func call(
    _ group: Int, _ kind: CollectiveKind, _ sequence: Int64?, to json: inout JSONWriter
  ) {
    json.member("group", groups[group].name)
    json.member("kind", kind.rawValue)
    json.key("sequence")
    if let sequence { json.integer(sequence) } else { json.null() }
  }
}
