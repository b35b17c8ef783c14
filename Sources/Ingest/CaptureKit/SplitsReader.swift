import Diagnostics
import JSON
import Quantities
import Streams
import Trace

/// Reads the capture kit's splits of one rank: a line for each all-to-all, in the order of the calls.
struct SplitsReader {
  private let path: String
  private var records: RankRecords
  private var salvage: Salvage?
  /// For each group how many calls it has had.
  private var counts: [String: Int] = [:]
  private var numbers: [String: Int] = [:]

  /// - Parameter salvages: whether to go on with the rest of a damaged file.
  init(path: String, salvages: Bool) throws {
    self.path = path
    records = RankRecords(path: path, source: .splitsFile)
    if salvages { salvage = Salvage(fileNamed: lastComponent(path)) }
  }

  /// The calls of the file.
  ///
  /// - Throws: a `Diagnostic` with the line and the key where it breaks its format.
  consuming func read() throws -> RankRecords {
    let parser = try JSONParser()
    var lines = try LineReader(path: path, lineLimit: 1 << 24)
    while true {
      let line: [UInt8]?
      do {
        line = try lines.next()
      } catch let diagnostic as Diagnostic {
        try stop(diagnostic, line: lines.line)
        break
      }
      guard let line else { break }
      let place = SourceLocation(file: path, line: lines.line)
      do {
        try take(JSONNode(parser.parse(line, at: place), at: place))
      } catch let diagnostic as Diagnostic {
        // A line that is lost shifts all later calls, so that what follows can't be used either.
        try stop(diagnostic, line: lines.line)
        break
      }
    }
    if let salvage {
      records.log.append(salvage.log)
      records.assumptions += salvage.assumptions
    }
    return records
  }

  private mutating func stop(_ diagnostic: Diagnostic, line: Int) throws {
    guard salvage != nil else {
      throw records.calls.isEmpty ? diagnostic : diagnostic.offeringSalvage
    }
    try salvage?.stop(diagnostic, kept: records.calls.count, reach: "line \(line)")
  }

  private mutating func take(_ node: JSONNode) throws {
    try node.allow(keys: [
      "step", "rank", "group", "call", "send_splits_bytes", "receive_splits_bytes",
    ])
    let rank = RankID(index: try node.required("rank").int(in: 0...maximumWorldSize - 1))
    if let known = records.rank, known != rank {
      throw try node.required("rank").diagnostic(
        .valueOutOfRange, "is \(rank.raw), and the lines above are of rank \(known.raw)",
        remedy: "a splits file is of one rank; copy it again")
    }
    let name = CapturedGroup.identity(try node.required("group").string())
    let number = try node.required("call")
    let expected = counts[name, default: 0]
    guard try number.int(in: 0...Int(Int32.max)) == expected else {
      throw number.diagnostic(
        .valueOutOfRange,
        "is call \(try number.int(in: 0...Int(Int32.max))) of group '\(name)' where call "
          + "\(expected) is expected",
        remedy: "lines are missing or out of order; copy the file again")
    }
    var call = Communication(kind: .allToAll, group: 0)
    let (sent, received) = try (
      splits(node.required("send_splits_bytes")), splits(node.required("receive_splits_bytes"))
    )
    call.sendSplits = sent
    call.receiveSplits = received
    call.sendBytes = ByteCount(sent.reduce(0, TensorSizes.saturatingSum))
    call.receiveBytes = ByteCount(received.reduce(0, TensorSizes.saturatingSum))
    records.rank = rank
    counts[name] = expected + 1
    records.calls.append(RankRecords.Call(communication: call, group: group(name)))
  }

  private func splits(_ node: JSONNode) throws -> [Int64] {
    try node.elements().map { try $0.integer(in: 0...Communication.largestSize) }
  }

  private mutating func group(_ name: String) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = records.groups.count
    records.groups.append(
      CapturedGroup(
        name: name, purpose: "", ranks: nil, isWorld: name == CapturedGroup.identity("")))
    return records.groups.count - 1
  }
}
