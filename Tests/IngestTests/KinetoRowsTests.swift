import TestSupport
import Testing
import Trace

@testable import Ingest

@Suite("Rows of a file")
struct KinetoRowsTests {
  @Test("rows come back as they went in, and are used up")
  func rows() {
    var (device, runtime) = (DeviceOperations(), RuntimeCalls())
    for number in Int64(0)..<20_000 {
      device.append(
        KinetoCollector.DeviceOperation(
          kind: number % 3 == 0 ? .memcpy : .kernel, stream: number % 7, start: number,
          duration: 2 * number, name: Int32(number % 5),
          correlation: number % 2 == 0 ? number : nil,
          metadata: nil, offset: 3 * number))
      runtime.append(
        KinetoCollector.RuntimeCall(
          thread: -number % 3, start: number, duration: 1, name: 0,
          correlation: number % 2 == 0 ? nil : -number,
          role: [.launches, .waits, .makesStreamWait][Int(number % 3)]))
    }
    #expect(device.streams == [0, 1, 2, 3, 4, 5, 6])
    #expect(device[12_001].correlation == nil && device[12_000].correlation == 12_000)
    #expect(device[9000].kind == .memcpy && device[9001].kind == .kernel)
    #expect(device.allSatisfy { $0.offset == 3 * $0.start && $0.stream == $0.start % 7 })
    #expect(runtime[8].role == .makesStreamWait && runtime[8].correlation == nil)
    #expect(runtime[9].role == .launches && runtime[9].correlation == -9)
    #expect(runtime[10].thread == -1 && runtime[10].role == .waits)
    var starts: [Int64] = []
    device.drain { starts.append($0.start) }
    #expect(starts == Array(0..<20_000) && device.isEmpty)
  }

  @Test("of launches under one id the last counts, whatever their order")
  func launches() {
    var index = LaunchIndex()
    for (event, correlation) in [Int64(5), 9, 5, -3, 9, 1 << 40].enumerated() {
      index.append(correlation, event: event)
    }
    index.sort()
    #expect(index[5] == 2 && index[9] == 4 && index[-3] == 3 && index[1 << 40] == 5)
    #expect(index[4] == nil && index[10] == nil && LaunchIndex()[0] == nil)
  }

  @Test("a name is decoded once, however many there are")
  func names() {
    var names = EventNames()
    var decoded = 0
    for round in 0..<3 {
      for number in 0..<2000 {
        let text = "cudaLaunchKernel<\(number)>"
        let place = Array(text.utf8).withUnsafeBytes { bytes in
          names.place(bytes) {
            decoded += 1
            return text
          }
        }
        #expect(place == number && names[place].role == .launches)
        if round == 1 { #expect(names.number(of: place) { text } == Int32(number)) }
      }
    }
    #expect(decoded == 2000 && names.table.strings.count == 2000)
  }
}
