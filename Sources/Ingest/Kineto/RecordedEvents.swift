/// Calls that recorded events, to be found by what a wait says of them.
struct RecordedEvents {
  private var records: [KinetoWaits.Record]
  private var byCorrelation: [Int64: Int] = [:]
  /// Of each event its records, in order of start.
  private var byEvent: [Int64: [Int]] = [:]

  /// - Complexity: O(n log n).
  init(_ raw: KinetoWaits) {
    records = raw.records.enumerated().sorted {
      ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
    }.map(\.element)
    for index in records.indices {
      if let correlation = records[index].correlation {
        byCorrelation[correlation] = index
        if let known = raw.named[correlation] {
          records[index].stream = known.stream
          records[index].event = known.event ?? records[index].event
        }
      }
      if let event = records[index].event { byEvent[event, default: []].append(index) }
    }
  }

  /// The record that a wait is for: the one under the correlation id that it states, which may come later
  /// than `time`; where it states none, the last of its event that began by then.
  func record(of wait: KinetoWaits.Wait, by time: Int64) -> KinetoWaits.Record? {
    if let correlation = wait.record, correlation >= 0 {
      return byCorrelation[correlation].map { records[$0] }
    }
    guard let event = wait.event, let own = byEvent[event] else { return nil }
    let behind = own.partitionPoint { records[$0].start > time }
    return behind > 0 ? records[own[behind - 1]] : nil
  }
}
