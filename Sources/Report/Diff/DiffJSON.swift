import JSON

/// What `diff --json` prints, schema `refract.diff/1`.
public enum DiffJSON {
  /// The document; holds no paths.
  ///
  /// - Parameters:
  ///   - version: of the tool that compares.
  ///   - thresholdPercent: the growth of a step time that is too much, where there is one.
  public static func document(
    _ comparison: ResultsComparison, version: String, thresholdPercent: Double?
  ) -> [UInt8] {
    var json = JSONWriter(indented: true)
    json.object { json in
      json.member("schema", "refract.diff/1")
      json.member("version", version)
      json.member("version_before", comparison.versions.before)
      json.member("version_after", comparison.versions.after)
      json.member("identical", comparison.isIdentical)
      json.key("threshold_percent")
      write(thresholdPercent, to: &json)
      json.key("exceeded")
      if let percent = thresholdPercent {
        json.bool(!comparison.grown(beyond: percent / 100).isEmpty)
      } else {
        json.null()
      }
      json.key("scenarios")
      json.array { json in for change in comparison.changes { write(change, to: &json) } }
      for (key, scenarios) in [
        ("only_before", comparison.onlyBefore), ("only_after", comparison.onlyAfter),
      ] {
        json.key(key)
        json.array { json in
          for scenario in scenarios { json.object { write(scenario, to: &$0) } }
        }
      }
    }
    json.endLine()
    return json.bytes
  }

  private static func write(_ key: ResultsDocument.Scenario.Key, to json: inout JSONWriter) {
    json.member("trace", key.trace)
    json.member("fabric", key.fabric)
    json.member("placement", key.placement)
    json.member("tier", key.tier)
  }

  private static func write(_ change: ScenarioChange, to json: inout JSONWriter) {
    json.object { json in
      write(change.before.key, to: &json)
      json.member("changed", change.isChanged)
      for figure in change.figures { write(figure, to: &json) }
      json.key("busiest_link")
      json.object { json in
        json.member("before", change.before.busiestLink)
        json.member("after", change.after.busiestLink)
      }
      json.key("groups")
      json.array { json in
        for row in change.groups {
          json.object { json in
            json.member("name", row.group.name)
            json.member("purpose", row.group.purpose)
            for figure in row.figures { write(figure, to: &json) }
          }
        }
      }
      write("assumptions", change.assumptions.onlyBefore, change.assumptions.onlyAfter, to: &json)
      write("diagnostics", change.diagnostics.onlyBefore, change.diagnostics.onlyAfter, to: &json)
    }
  }

  private static func write(_ figure: FigureChange, to json: inout JSONWriter) {
    json.key(figure.key)
    json.object { json in
      for (key, value) in [
        ("before", figure.before), ("after", figure.after), ("change", figure.change),
        ("relative_change", figure.relativeChange),
      ] {
        json.key(key)
        write(value, to: &json)
      }
    }
  }

  private static func write(
    _ name: String, _ before: [ResultsDocument.Note], _ after: [ResultsDocument.Note],
    to json: inout JSONWriter
  ) {
    json.key(name)
    json.object { json in
      for (key, notes) in [("only_before", before), ("only_after", after)] {
        json.key(key)
        json.array { json in
          for note in notes {
            json.object { json in
              json.member("code", note.code)
              json.member("text", note.text)
            }
          }
        }
      }
    }
  }

  private static func write(_ value: Double?, to json: inout JSONWriter) {
    if let value { json.number(value) } else { json.null() }
  }
}
