import Diagnostics
import Fabric
import Placement
import TestSupport
import Testing
import Trace

/// What each policy makes of small jobs, by hand.
@Suite("Placement policies")
struct PolicyTests {
  /// Pods of 8 GPUs, nodes of 4.
  private let fabric: Fabric

  init() throws { fabric = try Fixture.fabric(pods: 4, gpus: 8, node: 4) }

  private func place(_ word: String, _ job: PlacementJob) throws -> Placement {
    try PlacementPolicy(word).place(job, on: fabric)
  }

  private func nodes(_ word: String, ranks: Int, taken: [String] = []) throws -> [Int] {
    try PlacementPolicy(word, taken: taken).place(worldSize: ranks, on: fabric)
      .gpuOfRank.map(fabric.node(ofGPU:))
  }

  @Test("block gives each node a rank, then fills node after node")
  func block() throws {
    #expect(try nodes("block", ranks: 6) == [0, 0, 0, 0, 1, 1])
    // Slurm's own example has nodes of 2: 4 tasks over 3 nodes are 2, 1 and 1.
    let taken = ["pod0/gpu[0,1,4,5]", "pod1/gpu[0-1]"]
    #expect(try nodes("block:nodes=3", ranks: 4, taken: taken) == [0, 0, 1, 2])
    #expect(try nodes("block:nodes=3", ranks: 6) == [0, 0, 0, 0, 1, 2])
  }

  @Test("cyclic goes round the nodes, and passes by those that are full")
  func cyclic() throws {
    #expect(try nodes("cyclic", ranks: 6) == [0, 1, 0, 1, 0, 1])
    #expect(try nodes("cyclic:nodes=4", ranks: 6) == [0, 1, 2, 3, 0, 1])
    #expect(
      try nodes("cyclic:nodes=2", ranks: 6, taken: ["pod0/gpu[0-1]"]) == [0, 1, 0, 1, 1, 1])
  }

  @Test("plane goes round in blocks; a node with less room takes fewer")
  func plane() throws {
    #expect(try nodes("plane=2", ranks: 8) == [0, 0, 1, 1, 0, 0, 1, 1])
    #expect(try nodes("plane=3:nodes=2", ranks: 8) == [0, 0, 0, 1, 1, 1, 0, 1])
    #expect(try nodes("plane=100", ranks: 8) == [0, 0, 0, 0, 1, 1, 1, 1])
  }

  @Test("an order puts ranks that differ in its leftmost dimension next to one another")
  func order() throws {
    let job = PlacementJob(worldSize: 8)
    // Megatron's numbering: rank = tp + 2·ep + 4·dp.
    #expect(try place("order=tp:2-ep:2-dp:2", job).gpuOfRank == Array(0..<8))
    // dp fastest, then tp, then ep: rank 4 (dp 1) is next to rank 0.
    #expect(try place("order=dp:2-tp:2-ep:2", job).gpuOfRank == [0, 2, 4, 6, 1, 3, 5, 7])
    // One size is what the others leave.
    #expect(
      try place("order=dp-tp:2-ep:2", job).gpuOfRank
        == place("order=dp:2-tp:2-ep:2", job).gpuOfRank)
    // A job that numbers by dp first: rank = dp + 2·tp + 4·ep. In its own order it lies in a row.
    #expect(try place("order=dp:2-tp:2-ep:2@dp-tp-ep", job).gpuOfRank == Array(0..<8))
  }

  @Test("sizes and numbering come from groups where their purposes tell")
  func recoveredOrder() throws {
    // rank = ep + 2·tp + 8·pp: another numbering than Megatron's.
    let groups =
      Fixture.groups("ep", stride: 1, size: 2, of: 16)
      + Fixture.groups("TENSOR_MODEL_PARALLEL_GROUP", stride: 2, size: 4, of: 16)
    let job = PlacementJob(worldSize: 16, groups: groups)
    let placed = try place("order=tp-ep-pp", job).gpuOfRank
    for rank in 0..<16 {
      let (ep, tp, pp) = (rank % 2, rank / 2 % 4, rank / 8)
      #expect(placed[rank] == tp + 4 * ep + 8 * pp)
    }
  }

  @Test("data-parallel groups that hold expert parallelism too give what is left of it")
  func dataParallelRemainder() throws {
    let groups =
      Fixture.groups("tp", stride: 1, size: 2, of: 16)
      + Fixture.groups("ep", stride: 2, size: 4, of: 16)
      + Fixture.groups("dp", stride: 2, size: 8, of: 16)
    let placed = try place("order=ep-dp-tp", PlacementJob(worldSize: 16, groups: groups)).gpuOfRank
    for rank in 0..<16 {
      let (tp, ep, dp) = (rank % 2, rank / 2 % 4, rank / 8)
      #expect(placed[rank] == ep + 4 * dp + 8 * tp)
    }
  }

  @Test("groups are kept in a node, or else in a pod")
  func groupFirst() throws {
    // Groups of 4 with a stride of 4: linear would have each over four nodes.
    let fours = PlacementJob(
      worldSize: 16, groups: Fixture.groups("tp", stride: 4, size: 4, of: 16))
    let placed = try place("group-first=tp", fours)
    #expect(placed.notes.isEmpty)
    for group in fours.groups {
      #expect(Set(group.ranks.map { placed.gpuOfRank[$0.index] / 4 }).count == 1)
    }
    let eights = PlacementJob(
      worldSize: 32, groups: Fixture.groups("ep", stride: 4, size: 8, of: 32))
    let wide = try place("group-first=ep", eights)
    for group in eights.groups {
      #expect(Set(group.ranks.map { wide.gpuOfRank[$0.index] / 8 }).count == 1)
    }
    #expect(wide.notes.count == 1)
    #expect(wide.notes[0].contains("4 groups of up to 8 ranks over up to 2 nodes"))
  }

  @Test("a group that no pod holds is said to lie over several")
  func groupTooLarge() throws {
    let job = PlacementJob(
      worldSize: 12, groups: Fixture.groups("ep", stride: 1, size: 12, of: 12))
    let placed = try place("group-first=ep", job)
    #expect(Set(placed.gpuOfRank.map { $0 / 8 }).count == 2)
    #expect(placed.notes[0].contains("1 group of up to 12 ranks over up to 2 pods"))
  }

  @Test("fragments: a group goes where it is whole, past room that is too small")
  func fragments() throws {
    let job = PlacementJob(
      worldSize: 8, groups: Fixture.groups("tp", stride: 1, size: 4, of: 8))
    let placed = try PlacementPolicy("group-first=tp", taken: ["0", "6"]).place(job, on: fabric)
    #expect(placed.gpuOfRank == Array(8..<16))
    #expect(placed.name == "group-first=tp, 2 GPUs taken")
  }

  @Test("ranks with the same place in their groups are on the same rail")
  func railAligned() throws {
    // Of groups of 4 with a stride of 4, place p is rank p·4 + k.
    let job = PlacementJob(
      worldSize: 16, groups: Fixture.groups("tp", stride: 4, size: 4, of: 16))
    let placed = try place("rail-aligned=tp", job)
    #expect(placed.notes.isEmpty)
    for group in job.groups {
      #expect(group.ranks.map { placed.gpuOfRank[$0.index] % 4 } == [0, 1, 2, 3])
    }
    // Pairs: two share a node, and places stay on rails of their own class.
    let pairs = PlacementJob(
      worldSize: 8, groups: Fixture.groups("tp", stride: 4, size: 2, of: 8))
    let paired = try place("rail-aligned", pairs)
    for group in pairs.groups {
      #expect(group.ranks.map { paired.gpuOfRank[$0.index] % 2 } == [0, 1])
    }
  }

  @Test("a rail that is full sends ranks elsewhere, and says so")
  func railFull() throws {
    let job = PlacementJob(
      worldSize: 16, groups: Fixture.groups("tp", stride: 1, size: 4, of: 16))
    let small = try Fixture.fabric(pods: 2, gpus: 10, node: 5)
    let placed = try PlacementPolicy("rail-aligned=tp", taken: ["0", "5"]).place(job, on: small)
    #expect(Set(placed.gpuOfRank).count == 16)
    #expect(placed.notes.contains { $0.contains("no GPU left") } == false)
    let tight = try PlacementPolicy("rail-aligned=tp", taken: ["0", "5", "10", "15"])
      .place(job, on: small)
    #expect(tight.notes == [])
    let none = try PlacementPolicy("rail-aligned=tp", taken: ["1", "6", "11", "16"])
      .place(job, on: small)
    #expect(none.notes == ["4 ranks with no GPU left on the right rail: on others"])
  }

  @Test("random is the same in every version: its first draws, written down")
  func random() throws {
    let one = try place("random=1", PlacementJob(worldSize: 8)).gpuOfRank
    #expect(one == Self.shuffledOfSeed1)
    #expect(one.sorted() == Array(0..<8))
    #expect(try place("random=2", PlacementJob(worldSize: 8)).gpuOfRank != one)
    let spread = try place("random=1:nodes=8", PlacementJob(worldSize: 8)).gpuOfRank
    #expect(Set(spread.map { $0 / 4 }).count > 2)
  }

  /// Fisher and Yates with SplitMix64 of seed 1 on 0..<8, by a program of its own.
  private static let shuffledOfSeed1 = [0, 3, 7, 1, 2, 6, 5, 4]

  @Test("captured hosts are nodes, in order of appearance or by the declared names")
  func captured() throws {
    let job = PlacementJob(
      worldSize: 6, groups: [], hosts: ["b", "a", "b", "a", "c", "b"])
    #expect(try place("captured", job).gpuOfRank == [0, 4, 1, 5, 8, 2])
    let named = try PlacementPolicy("captured", nodeNames: "x,a,b,c").place(job, on: fabric)
    #expect(named.gpuOfRank == [8, 4, 9, 5, 12, 10])
  }

  @Test("hosts fill their nodes; 'node5' is node 5")
  func hosts() throws {
    #expect(try nodes("hosts=gpu[1-2]", ranks: 6) == [0, 0, 0, 0, 1, 1])
    #expect(try nodes("hosts=node[5,2]", ranks: 6) == [5, 5, 5, 5, 2, 2])
  }
}
