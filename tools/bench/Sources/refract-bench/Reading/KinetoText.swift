/// A Kineto file's text: its events as often as wanted, each time later and under other ids.
struct KinetoText {
  private let head: ArraySlice<UInt8>
  private let events: ArraySlice<UInt8>
  private let tail: ArraySlice<UInt8>

  /// Nanoseconds, and ids, from one repetition to the next.
  private static let shift = 1_000_000

  /// Takes a text apart; `nil` where it holds no `traceEvents`.
  init?(_ text: [UInt8]) {
    guard let key = Self.place(of: "\"traceEvents\"", in: text[...]),
      let open = text[key...].firstIndex(of: UInt8(ascii: "[")),
      let close = text.lastIndex(of: UInt8(ascii: "]")), open < close
    else { return nil }
    head = text[...open]
    events = text[(open + 1)..<close]
    tail = text[close...]
  }

  /// A small text with events of the kinds and the sizes of a training step's: launches, kernels,
  /// host operations, arrows. The same for everyone.
  static var sample: KinetoText {
    var text = #"{"deviceProperties": [{"id": 0}],"# + "\n"
    text += #""distributedInfo": {"rank": 0, "world_size": 1}, "traceEvents": ["#
    for number in 0..<1000 {
      let (time, stream) = (number * 40, number % 3 == 0 ? 27 : 7)
      text += number == 0 ? "" : ",\n"
      text += """
          {
            "ph": "X", "cat": "cpu_op", "name": "aten::as_strided", "pid": 9, "tid": 9,
            "ts": \(time), "dur": 3, "args": {"External id": \(number),"Ev Idx": \(number)}
          },
          {
            "ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernelExC", "pid": 9, "tid": 9,
            "ts": \(time + 3), "dur": 5,
            "args": {"External id": \(number), "cbid": 430, "correlation": \(number)}
          },
          {
            "ph": "s", "id": \(number), "pid": 9, "tid": 9, "ts": \(time), "cat": "ac2g",
            "name": "ac2g"
          },
          {
            "ph": "X", "cat": "kernel", "pid": 0, "tid": \(stream), "ts": \(time + 9), "dur": 30,
            "name": "void gemm_\(number % 61)<float, 128, 64, true>(float const*, float*, int, int)",
            "args": {
              "External id": \(number), "queued": 0, "device": 0, "context": 1,
              "stream": \(stream), "correlation": \(number), "registers per thread": 31,
              "grid": [4096, 1, 1], "block": [128, 1, 1], "est. achieved occupancy %": 100
            }
          }
        """
    }
    // The text was written for this.
    return KinetoText(Array((text + "]}\n").utf8)) ?? KinetoText.nothing
  }

  private static let nothing = KinetoText()

  private init() {
    head = []
    events = []
    tail = []
  }

  /// Gives the pieces of a file of at least `size` bytes to `write`.
  ///
  /// - Parameter share: of the bytes, what Python's own calls take, behind each repetition.
  func write(bytes size: Int, pythonShare share: Double = 0, to write: ([UInt8]) throws -> Void)
    rethrows
  {
    try write(Array(head))
    var (written, repetition) = (head.count, 0)
    while written < size, !events.isEmpty {
      var piece = repetition == 0 ? [] : [UInt8(ascii: ",")]
      piece += shifted(by: repetition * Self.shift)
      let wanted = Int(Double(piece.count) * share / (1 - share))
      var python: [UInt8] = []
      for number in 0... {
        guard python.count < wanted else { break }
        python += Self.pythonCall(number, at: repetition * Self.shift + number)
      }
      piece += python
      try write(piece)
      written += piece.count
      repetition += 1
    }
    try write(Array(tail))
  }

  private static func pythonCall(_ number: Int, at time: Int) -> [UInt8] {
    Array(
      """
      ,
        {
          "ph": "X", "cat": "python_function", "pid": 1166, "tid": 1166,
          "name": "torch/nn/modules/module.py(\(1500 + number % 311)): _wrapped_call_impl",
          "ts": \(time), "dur": \(number % 97),
          "args": {
            "Python parent id": \(number), "Python id": \(number + 1),"Ev Idx": \(number)
          }
        }
      """.utf8)
  }

  private static let numbered = ["\"ts\": ", "\"correlation\": ", "\"External id\": ", "\"id\": "]
    .map { Array($0.utf8) }

  /// The events, with their times and ids moved.
  private func shifted(by offset: Int) -> [UInt8] {
    guard offset > 0 else { return Array(events) }
    var text: [UInt8] = []
    text.reserveCapacity(events.count * 9 / 8)
    var rest = events
    while let byte = rest.first {
      guard byte == UInt8(ascii: "\""),
        let key = Self.numbered.first(where: { rest.starts(with: $0) })
      else {
        text.append(byte)
        rest = rest.dropFirst()
        continue
      }
      text += key
      rest = rest.dropFirst(key.count)
      let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      rest = rest.dropFirst(digits.count)
      let number = Int(String(decoding: digits, as: UTF8.self))
      text += number.map { Array(String($0 + offset).utf8) } ?? Array(digits)
    }
    return text
  }

  private static func place(of pattern: String, in text: ArraySlice<UInt8>) -> Int? {
    let pattern = Array(pattern.utf8)
    return text.indices.first { text[$0] == pattern[0] && text[$0...].starts(with: pattern) }
  }
}
