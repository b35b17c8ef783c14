import Diagnostics
import Fabric
import TestSupport
import Testing
import Trace

@testable import Placement

/// What holds of every policy, whatever the sizes.
@Suite("Properties of placements")
struct PropertyTests {
  private static let policies = [
    "linear", "block", "cyclic", "plane=3", "order=tp-ep-dp", "group-first=tp", "group-first=ep",
    "rail-aligned", "rail-aligned=ep", "random=5", "captured", "hosts=h[0-99]",
  ]

  /// A job of whole groups, captured two ranks to a host.
  private static func job(tp: Int, ep: Int, dp: Int) -> PlacementJob {
    let ranks = tp * ep * dp
    return PlacementJob(
      worldSize: ranks,
      groups: Fixture.groups("tp", stride: 1, size: tp, of: ranks)
        + Fixture.groups("ep", stride: tp, size: ep, of: ranks),
      hosts: (0..<ranks).map { "h\($0 / 2)" })
  }

  @Test("each rank once, on GPUs of its own, none of them taken", arguments: policies)
  func permutation(_ word: String) throws {
    var generator = SeededGenerator(seed: 20_261)
    var placed = 0
    for round in 0..<300 {
      let node = Int.random(in: 1...6, using: &generator)
      let gpus = node * Int.random(in: 1...4, using: &generator)
      let fabric = try Fixture.fabric(
        pods: Int.random(in: 1...6, using: &generator), gpus: gpus, node: node)
      let job = Self.job(
        tp: Int.random(in: 1...5, using: &generator), ep: Int.random(in: 1...5, using: &generator),
        dp: Int.random(in: 1...4, using: &generator))
      let share = Double.random(in: 0..<0.7, using: &generator)
      let taken = (0..<fabric.gpuCount).filter { _ in
        Double.random(in: 0..<1, using: &generator) < share
      }
      let policy = try PlacementPolicy(word, taken: taken.map(String.init))
      let fits = job.worldSize <= fabric.gpuCount - taken.count
      do {
        let placement = try policy.place(job, on: fabric)
        #expect(fits, "round \(round) of seed 20261")
        #expect(placement.gpuOfRank.count == job.worldSize)
        #expect(Set(placement.gpuOfRank).count == job.worldSize)
        #expect(placement.gpuOfRank.allSatisfy { (0..<fabric.gpuCount).contains($0) })
        #expect(Set(placement.gpuOfRank).isDisjoint(with: taken))
        #expect(try policy.place(job, on: fabric).gpuOfRank == placement.gpuOfRank)
        placed += 1
      } catch let diagnostic as Diagnostic {
        if !fits {
          #expect(diagnostic.code == .fabricTooSmall, "round \(round): \(diagnostic.problem)")
        } else {
          // Policies that lean on groups or nodes may find none that suit.
          #expect(
            [.usage, .placementIncomplete].contains(diagnostic.code),
            "round \(round): \(diagnostic.problem)")
          #expect(
            ["order", "group", "rail", "captured", "hosts"].contains { word.hasPrefix($0) },
            "round \(round): \(diagnostic.problem)")
        }
      }
    }
    #expect(placed >= 20, "only \(placed) rounds placed anything")
  }

  @Test(
    "a group that fits is whole wherever groups of one size divide nodes", arguments: [1, 2, 4, 8])
  func whole(_ size: Int) throws {
    let fabric = try Fixture.fabric(pods: 4, gpus: 16, node: 8)
    let job = PlacementJob(
      worldSize: 64, groups: Fixture.groups("tp", stride: 64 / size, size: size, of: 64))
    guard size > 1 else { return }
    let placement = try PlacementPolicy("group-first=tp").place(job, on: fabric)
    for group in job.groups {
      #expect(Set(group.ranks.map { placement.gpuOfRank[$0.index] / 8 }).count == 1)
    }
  }

  @Test("exported, a table or a rankfile reads back as the same placement")
  func roundTrips() throws {
    let directory = try TemporaryDirectory()
    for (seed, fabric) in [
      (1, try Fixture.fabric(pods: 3, gpus: 12, node: 4)),
      (2, try Fixture.fabric(pods: 5, gpus: 7)),
    ] {
      let nodes = FabricLayout(fabric).nodes.count
      for names in [nil, "gpu[01-\(nodes < 10 ? "0" : "")\(nodes)]"] as [String?] {
        let policy = try PlacementPolicy("random=\(seed):nodes=\(nodes)")
        let placement = try policy.place(worldSize: 17, on: fabric)
        for target in [LauncherFile.csv, .openmpi] {
          let path = try directory.write(
            "p", try target.text(placement, on: fabric, hosts: names))
          let again = try PlacementPolicy(path, nodeNames: names).place(worldSize: 17, on: fabric)
          #expect(again.gpuOfRank == placement.gpuOfRank, "\(target)")
        }
        // Slurm's file says which node a rank is on, and no more.
        let path = try directory.write(
          "hosts", try LauncherFile.slurm.text(placement, on: fabric, hosts: names))
        let again = try PlacementPolicy(path, nodeNames: names).place(worldSize: 17, on: fabric)
        #expect(
          again.gpuOfRank.map(fabric.node(ofGPU:)) == placement.gpuOfRank.map(fabric.node(ofGPU:)))
      }
    }
  }

  @Test("devices are listed in the order of ranks")
  func devices() throws {
    let fabric = try Fixture.fabric(pods: 2, gpus: 4)
    let directory = try TemporaryDirectory()
    let path = try directory.write("p.csv", "rank,gpu\n0,3\n1,4\n2,1\n3,0\n")
    let placement = try PlacementPolicy(path).place(worldSize: 4, on: fabric)
    #expect(
      try LauncherFile.cuda.text(placement, on: fabric, hosts: "a,b")
        == "a CUDA_VISIBLE_DEVICES=3,1,0 # ranks 0,2,3\nb CUDA_VISIBLE_DEVICES=0 # ranks 1\n")
    let diagnostic = thrownDiagnostic {
      try LauncherFile.slurm.text(placement, on: fabric, hosts: "a")
    }
    #expect(diagnostic?.problem == "--hosts 'a' names 1 node, and ranks are on node 1")
  }
}
