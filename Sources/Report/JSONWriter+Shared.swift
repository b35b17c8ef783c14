import Diagnostics
import JSON
import Streams
import Study
import Trace
import Workload

/// What stands alike in every document: the parts of time, assumptions, diagnostics.
extension JSONWriter {
  /// Writes the four parts of time as members, in whole nanoseconds that add up to the whole.
  mutating func parts(_ parts: MeanParts) {
    let names = ["compute_ns", "exposed_transfer_ns", "waiting_ns", "lag_ns"]
    for (name, value) in zip(names, parts.nanoseconds) { member(name, value) }
  }

  /// Writes the member `assumptions`.
  mutating func assumptions(_ assumptions: [Assumption]) {
    key("assumptions")
    array { json in
      for assumption in assumptions {
        json.object { json in
          json.member("code", assumption.code)
          json.member("text", assumption.text)
        }
      }
    }
  }

  /// Writes bytes from rank to rank, in whole bytes.
  mutating func traffic(_ traffic: TrafficMatrix) {
    object { json in
      json.member("ranks_per_cell", traffic.ranksPerCell)
      json.member("total_bytes", traffic.total.rounded())
      json.key("sent_bytes")
      json.numbers(traffic.sent.map { $0.rounded() })
      json.key("received_bytes")
      json.numbers(traffic.received.map { $0.rounded() })
      json.key("bytes")
      json.array { json in
        for row in traffic.bytes { json.numbers(row.map { $0.rounded() }) }
      }
    }
  }

  /// Writes the member `diagnostics`; files by their last name only, so that a document is the same
  /// wherever it was made.
  mutating func diagnostics(_ diagnostics: [Diagnostic]) {
    key("diagnostics")
    array { json in
      for diagnostic in diagnostics {
        json.object { json in
          json.member("code", diagnostic.code.rawValue)
          json.member("severity", diagnostic.severity.word)
          if let place = diagnostic.location {
            json.member("file", lastComponent(place.file))
            if let line = place.line { json.member("line", line) }
            if let byte = place.byteOffset { json.member("byte_offset", byte) }
            if let keyPath = place.keyPath { json.member("key_path", keyPath) }
          }
          json.member("problem", diagnostic.problem)
          if let remedy = diagnostic.remedy { json.member("remedy", remedy) }
        }
      }
    }
  }
}
