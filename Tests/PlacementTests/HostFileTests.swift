import Diagnostics
import Fabric
import TestSupport
import Testing

@testable import Placement

/// What launchers' files mean, told by their content.
@Suite("Launchers' files")
struct HostFileTests {
  private let directory: TemporaryDirectory
  private let fabric: Fabric

  init() throws {
    directory = try TemporaryDirectory()
    fabric = try Fixture.fabric(pods: 4, gpus: 8, node: 4)
  }

  private func gpus(_ text: String, ranks: Int, names: String? = nil) throws -> [Int] {
    try PlacementPolicy(directory.write("file", text), nodeNames: names)
      .place(worldSize: ranks, on: fabric).gpuOfRank
  }

  @Test("a rankfile: hosts in the order in which they appear, slots are places in the node")
  func rankfile() throws {
    let text = "# ranks\nrank 1=b slot=3\nrank 0=a slot=0\nrank 2=b slot=0\n"
    #expect(try gpus(text, ranks: 3) == [4, 3, 0])
    #expect(try gpus(text, ranks: 3, names: "a,b") == [0, 7, 4])
    #expect(try gpus("rank 0=node6 slot=1\n", ranks: 1) == [25])
  }

  @Test("a hostfile: slots of a host are filled before the next")
  func hostfile() throws {
    #expect(try gpus("a slots=2 max_slots=4\nb slots=4\n", ranks: 4) == [0, 1, 4, 5])
    #expect(try gpus("a:2\nb:4\n", ranks: 4) == [0, 1, 4, 5])
    #expect(try gpus("a slots=1\nb slots=4\na slots=2\n", ranks: 4) == [0, 1, 2, 4])
  }

  @Test("hosts alone are filled; one that stands there again makes each line a rank's")
  func bareHosts() throws {
    #expect(try gpus("a\nb\n", ranks: 6) == [0, 1, 2, 3, 4, 5])
    #expect(try gpus("a\nb\na\nb\n", ranks: 4) == [0, 4, 1, 5])
    #expect(try gpus("gpu[01-02],login\n", ranks: 9) == Array(0..<9))
  }

  @Test("compressed lists are spelled out as Slurm does")
  func hostlists() throws {
    #expect(try HostList.expand("gpu[001-003,130]") == ["gpu001", "gpu002", "gpu003", "gpu130"])
    #expect(try HostList.expand("a,b[8-11]c") == ["a", "b8c", "b9c", "b10c", "b11c"])
    #expect(try HostList.expand("r[0-1]n[00-01]") == ["r0n00", "r0n01", "r1n00", "r1n01"])
    #expect(try HostList.expand("n[098-101]") == ["n098", "n099", "n100", "n101"])
    for bad in ["", "a[", "a]", "a[]", "a[1-]", "a[2-1]", "a[[1]]", "a,,b", "a b", "a[1,]", "é"] {
      #expect(throws: HostList.Fault.self) { try HostList.expand(bad) }
    }
    #expect(throws: HostList.Fault.self) { try HostList.expand("a[0-9999][0-9999]") }
    #expect(throws: HostList.Fault.self) { try HostList.expand("a[0-99999999999]") }
  }

  @Test("taken GPUs: patterns, numbers, nodes, a file of them")
  func taken() throws {
    let layout = FabricLayout(fabric)
    func free(_ words: String...) throws -> [Int] {
      try PlacementPolicy("linear", taken: words).place(worldSize: 4, on: fabric).gpuOfRank
    }
    #expect(layout.nodes.count == 8)
    #expect(try free("pod0/gpu[0-3]") == [4, 5, 6, 7])
    #expect(try free("pod[0-2]") == [24, 25, 26, 27])
    #expect(try free("pod*/gpu[0-5]") == [6, 7, 14, 15])
    #expect(try free("node0,node[2-3]") == [4, 5, 6, 7])
    #expect(try free("0-1,3", "5") == [2, 4, 6, 7])
    let file = try directory.write("taken", "# maintenance\npod0/gpu0 1\nnode1\n")
    #expect(try free(file) == [2, 3, 8, 9])
  }
}
