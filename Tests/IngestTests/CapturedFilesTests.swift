import Diagnostics
import Quantities
import TestSupport
import Testing
import Trace

@testable import Ingest

@Suite("Real captures", .enabled(if: SharedFiles.arePresent, "\(SharedFiles.reason)"))
struct CapturedFilesTests {
  private static func counts(_ trace: Trace) -> [String: Int] {
    var counts: [String: Int] = [:]
    for rank in trace.ranks {
      for call in rank.communications { counts[call.title, default: 0] += 1 }
    }
    return counts
  }

  @Test("DeepSeek-V3: 963 kernels, 36 of them EP kernels as they are known by hand")
  func deepSeek() throws {
    let trace = try Ingestor(rules: [KernelRules(nameOrFile: "deepep")])
      .ingest([SharedFiles.deepSeek])
    let rank = trace.ranks[0]
    #expect(trace.worldSize == 64 && trace.ranks.count == 1)
    #expect(rank.device == "NVIDIA H800")
    #expect(rank.events.indices.count { rank.events[$0].kind == .kernel } == 963)
    #expect(
      Self.counts(trace) == [
        "dispatch": 4, "dispatch (backward)": 4, "combine": 4, "combine (backward)": 4,
        "cached notify": 12, "notify dispatch": 4, "dispatch layout": 4,
      ])
    let unlaunched = rank.events.indices.count {
      rank.events[$0].kind.isOnDevice && rank.events[$0].launchedBy == nil
    }
    #expect(unlaunched == 0)
  }

  @Test("gloo on 4 ranks: every call with its group, its sizes and where it ran")
  func gloo() throws {
    let trace = try Ingestor().ingest([SharedFiles.path("captures/gloo-moe-ep4/kineto_rank*")])
    #expect(trace.ranks.map(\.rank.raw) == [0, 1, 2, 3])
    #expect(Self.counts(trace) == ["all_to_all": 80, "all_reduce": 176])
    #expect(
      trace.groups.map(\.label).sorted()
        == ["default_pg (0)", "edp (2)", "edp (3)", "edp (4)", "edp (5)", "ep (1)"])
    // Splits agree pair by pair over all ranks: what i sends to j is what j gets from i.
    let calls = trace.ranks.map { rank in
      rank.communications.filter { $0.kind == .allToAll && $0.sendSplits != nil }
    }
    #expect(calls.map(\.count) == [16, 16, 16, 16])
    for index in 0..<16 {
      for i in 0..<4 {
        for j in 0..<4 {
          #expect(calls[i][index].sendSplits?[j] == calls[j][index].receiveSplits?[i])
        }
      }
    }
    // Rank 0's first dispatch: 324 rows of 256 floats to rank 1.
    #expect(calls[0][0].sendSplits == [193, 324, 291, 216].map { $0 * 1024 })
  }

  @Test("modern NCCL metadata: 15 all-reduces and 6 broadcasts on one rank of two")
  func nccl() throws {
    let trace = try Ingestor().ingest([SharedFiles.path("captures/kineto-quirks/nccl_data.json.gz")]
    )
    #expect(Self.counts(trace) == ["all_reduce": 15, "broadcast": 6])
    #expect(trace.worldSize == 2)
    #expect(trace.ranks[0].steps.map(\.number) == [4, 5, 6])
  }

  @Test("MI300: 5 of 17 generic kernels carry no metadata, and that is said")
  func mi300() throws {
    let trace = try Ingestor().ingest([
      SharedFiles.path("captures/kineto-quirks/mi300_resnet_act_checkpoint.json.gz")
    ])
    #expect(trace.ranks[0].communications.count == 12)
    #expect(trace.log.entries.contains { $0.problem.contains("(kernels: 5)") })
  }

  @Test("gloo with its execution traces: the same calls, groups and splits")
  func glooWithExecutionTraces() throws {
    let folder = SharedFiles.path("captures/gloo-moe-ep4")
    let joined = try Ingestor().ingest([folder])
    let alone = try Ingestor().ingest([folder + "/kineto_rank*"])
    #expect(joined.log.entries.isEmpty)
    #expect(joined.groups == alone.groups)
    for (lhs, rhs) in zip(joined.ranks, alone.ranks) {
      #expect(lhs.communications == rhs.communications)
      #expect(lhs.events == rhs.events)
    }
    let calls = joined.ranks[0].communications
    #expect(calls.count { $0.kind == .allReduce } == 44)
    let exchanges = calls.filter { $0.kind == .allToAll }
    // 4 of counts, whose splits are even, and 16 of tokens, 8 forward and 8 backward.
    #expect(exchanges.count == 20 && exchanges.count { $0.sendSplits == nil } == 4)
    #expect(exchanges.allSatisfy { $0.sizes == .recorded })
  }

  @Test("gloo's execution traces alone name no groups, and are refused for it")
  func glooExecutionTracesAlone() {
    let path = SharedFiles.path("captures/gloo-moe-ep4/et_rank0.json.zst")
    #expect(thrownDiagnostic { try Ingestor().ingest([path]) }?.code == .groupUnknown)
  }

  @Test("an execution trace of layout 1.1.0: what Kineto has of the other rank, and rank 1")
  func resnet() throws {
    let trace = try Ingestor().ingest([
      SharedFiles.path("captures/kineto-quirks/resnet_2gpu_et.json.gz")
    ])
    #expect(Self.counts(trace) == ["all_reduce": 15, "broadcast": 6])
    #expect(trace.worldSize == 2 && trace.ranks[0].rank == RankID(1))
    #expect(trace.ranks[0].rankSource == "content")
    let other = try Ingestor().ingest([
      SharedFiles.path("captures/kineto-quirks/nccl_data.json.gz")
    ])
    for kind in [CollectiveKind.allReduce, .broadcast] {
      let sizes = [trace, other].map { trace in
        let rank = trace.ranks[0]
        return rank.events.indices.compactMap { rank.events[$0].communication }
          .map { rank.communications[$0] }.filter { $0.kind == kind }.map(\.sendBytes)
      }
      #expect(sizes[0] == sizes[1])
    }
    #expect(trace.ranks[0].communications.first?.peer == RankID(0))
  }

  @Test("an execution trace of layout 1.0.2: groups by their address in the list")
  func oldChakra() throws {
    // Packed on macOS, which put a file of its own beside it.
    let trace = try Ingestor().ingest([SharedFiles.path("captures/chakra/1.0.2-chakra.0.0.4.tgz")])
    #expect(Self.counts(trace) == ["all_gather": 10])
    #expect(trace.worldSize == 2 && trace.groups.map(\.name) == ["0"])
    #expect(!trace.assumptions.contains { $0.code == "et-default-group" })
    #expect(trace.ranks[0].communications[0].receiveBytes == ByteCount(8))
  }

  @Test("B200: one all-gather, and 73 kernels of an all-reduce of its own that are compute")
  func b200() throws {
    let trace = try Ingestor().ingest([
      SharedFiles.path("captures/kineto-quirks/b200_eager_trace.json.gz")
    ])
    #expect(Self.counts(trace) == ["all_gather": 1])
    #expect(trace.worldSize == 8 && trace.ranks[0].device == "NVIDIA B200")
    let rank = trace.ranks[0]
    let own = rank.events.indices.count {
      rank.names[rank.events[$0].name].contains("multimem_all_reduce_kernel")
    }
    #expect(own == 73)
  }

  @Test(
    "files that lack distributedInfo, or the rank in it",
    arguments: [
      "distributed_info_not_found", "rank_not_found",
    ])
  func noInfo(name: String) throws {
    let trace = try Ingestor().ingest([
      SharedFiles.path("captures/kineto-quirks/\(name).json.gz")
    ])
    #expect(trace.ranks[0].rankSource == "assumed" && trace.worldSize == 1)
    #expect(trace.ranks[0].steps.map(\.number) == [1009])
    // Its NCCL calls have no kernels, and that is said.
    #expect(trace.log.entries.contains { $0.problem.contains("(calls: 6)") })
  }
}
