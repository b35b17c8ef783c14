import Trace

extension KinetoCollector {
  /// A GPU operation.
  struct DeviceOperation {
    var kind: EventKind
    var stream: Int64
    var start: Int64
    var duration: Int64
    var name: Int32
    var correlation: Int64?
    var metadata: NCCLMetadata?
    var offset: Int64
  }

  /// A call into the GPU's runtime that launches or waits.
  struct RuntimeCall {
    var thread: Int64
    var start: Int64
    var duration: Int64
    var name: Int32
    var correlation: Int64?
    var role: Role

    /// What the call does to the order of things.
    enum Role: UInt8 {
      case launches, waits, makesStreamWait
      /// Kept apart from the others, see `KinetoWaits` and `PollRuns`.
      case records, polls

      /// By name: `cudaLaunchKernelExC`, `hipDeviceSynchronize`, `cudaStreamWaitEvent`, …
      init?(_ name: String) {
        if name.contains("Event"), let role = Role(ofEventCall: name) {
          self = role
        } else if name.contains("Synchronize") {
          self = .waits
        } else if ["Launch", "Memcpy", "Memset"].contains(where: name.contains) {
          self = .launches
        } else {
          return nil
        }
      }

      private init?(ofEventCall name: String) {
        if name.contains("StreamWaitEvent") {
          self = .makesStreamWait
        } else if name.contains("EventRecord") {
          self = .records
        } else if name.contains("EventQuery") {
          self = .polls
        } else {
          return nil
        }
      }
    }
  }
}
