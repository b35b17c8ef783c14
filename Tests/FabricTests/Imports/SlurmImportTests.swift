import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Fabric

@Suite("Slurm import")
struct SlurmImportTests {
  static let given = FabricImportOptions(
    scaleUpGigabits: 7200, scaleOutGigabits: 400, gpusPerNode: 4)

  static func read(
    _ text: String, _ options: FabricImportOptions = given
  ) throws -> ImportedFabric {
    try FabricImporter.fabric(
      Array(text.utf8), file: "dir/topology.conf", format: .slurm, options: options)
  }

  @Test("leaf switches become pods; keys in any case, comments, continued lines")
  func tree() throws {
    let fabric = try Self.read(
      """
      # two leaves
      SwitchName=leaf1 Nodes=gpu[001-018] \\
        LinkSpeed=400
      switchname=leaf2 NODES=gpu[019-030,032-037]   # one is broken
      SwitchName=spine SWITCHES=leaf[1-2]
      """)
    #expect(fabric.pods == [.init(count: 2, gpus: 72)])
    #expect(fabric.gpusPerNode == 4 && fabric.name == "topology")
    #expect(fabric.scaleUp.gigabits == 7200 && fabric.scaleOut?.gigabits == 400)
    #expect(
      fabric.description
        == "36 nodes from gpu001 to gpu037 in 2 leaf switches, 1 level of switches above them: "
        + "each a pod, in the order of the file.")
  }

  @Test("or each node is a pod, and the switches are the network between them")
  func nodes() throws {
    var options = Self.given
    options.pod = .node
    let fabric = try Self.read(
      "SwitchName=a Nodes=n[1-3]\nSwitchName=b Nodes=n[4-5]\nSwitchName=c Switches=a,b", options)
    #expect(fabric.pods == [.init(count: 5, gpus: 4)] && fabric.gpusPerNode == 4)
    #expect(fabric.source.contains("topology.conf"))
    // The last leaf may be smaller; another may not.
    guard case .leafSpine(let leaf)? = fabric.scaleOut?.topology else {
      Issue.record("no leaves")
      return
    }
    #expect(leaf.gpus == 12 && leaf.oversubscription == 1 && leaf.hopLatency == .nanoseconds(250))
    let odd = try Self.read(
      "SwitchName=a Nodes=n[1-2]\nSwitchName=b Nodes=n[4-6]\nSwitchName=c Switches=a,b", options)
    #expect(odd.scaleOut?.topology == .switch)
    #expect(odd.assumed.contains("leaf switches of different sizes as one switch"))
    let high = try Self.read(
      """
      SwitchName=a Nodes=n1
      SwitchName=b Nodes=n2
      SwitchName=c Switches=a
      SwitchName=d Switches=b
      SwitchName=e Switches=c,d
      """, options)
    #expect(high.assumed.contains("levels above the leaf switches as one"))
    #expect(high.scaleOut?.topology != .switch)
  }

  @Test("leaf switches and unequal pods come back out of the file as they went in")
  func written() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "tree.conf",
      Array("SwitchName=a Nodes=n[1-3]\nSwitchName=b Nodes=n[4-6]\nSwitchName=c Switches=a,b".utf8))
    var options = Self.given
    options.pod = .node
    let tree = try FabricImporter.read(directory.file("tree.conf"), options: options).fabric
    #expect(tree.specification.scaleOut?.topology.word == "leaf-spine")
    #expect(
      tree.route(from: 0, to: 23).links.count == 4 && tree.route(from: 0, to: 9).links.count == 2)
    try directory.write(
      "blocks.conf", Array("BlockName=a Nodes=n[1-9]\nBlockName=b Nodes=m[1-2]\n".utf8))
    let blocks = try FabricImporter.read(directory.file("blocks.conf"), options: Self.given).fabric
    #expect(blocks.specification.podKinds.map(\.gpus) == [36, 8])
    #expect(blocks.specification.podKinds.map(\.count) == [1, 1] && blocks.gpuCount == 44)
    #expect(blocks.gpus(inPod: 1) == 36..<44 && blocks.node(ofGPU: 43) == 10)
  }

  @Test("blocks become pods, unequal ones counted apart")
  func blocks() throws {
    let fabric = try Self.read(
      """
      BlockName=b1 Nodes=rack[1-2]n[1-9]
      BlockName=b2 Nodes=rack[3-4]n[1-9]
      BlockName=b3 Nodes=spare[1-2]
      BlockSizes=18,36
      """)
    #expect(fabric.pods == [.init(count: 2, gpus: 72), .init(count: 1, gpus: 8)])
  }

  @Test("the default topology of a YAML file is taken")
  func yaml() throws {
    let fabric = try Self.read(
      """
      ---
      - topology: small
        tree:
          switches:
            - switch: only
              nodes: gpu1
      - topology: main
        cluster_default: true
        block:
          block_sizes: [2]
          blocks:
            - block: b1
              nodes: gpu[01-18]
            - {block: b2, nodes: "gpu[19-36]"}
      """)
    #expect(fabric.name == "main")
    #expect(fabric.pods == [.init(count: 2, gpus: 72)])
  }

  @Test("what an import writes is a fabric file")
  func document() throws {
    let directory = try TemporaryDirectory()
    try directory.write("topology.conf", Array("BlockName=b[1] Nodes=n[1-2]\n".utf8))
    let (fabric, document) = try FabricImporter.read(
      directory.file("topology.conf"), options: Self.given)
    try directory.write("f.json", document)
    let again = try FabricPreset.load(nameOrFile: directory.file("f.json"))
    #expect(again.specification == fabric.specification)
    #expect(again.gpuCount == 8 && again.node(ofGPU: 4) == 1)
    #expect(again.specification.status.contains("assumed: latencies"))
  }

  @Test(
    "host lists as Slurm expands them",
    arguments: [
      ("a", ["a"]), ("a,b", ["a", "b"]), ("n[9-11]", ["n9", "n10", "n11"]),
      ("n[08-10]", ["n08", "n09", "n10"]), ("n[1,3-4]x", ["n1x", "n3x", "n4x"]),
      ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]), ("n[1],m[2]", ["n1", "m2"]),
    ])
  func hostLists(text: String, names: [String]) throws {
    #expect(try HostList.names(text, at: SourceLocation(file: "f")) == names)
  }

  static let refusals: [(text: String, code: Diagnostic.Code, place: String, word: String)] = [
    ("SwitchName=a Nodes=n[1-", .malformedTopology, "1", "brackets"),
    ("SwitchName=a Nodes=n]1[", .malformedTopology, "1", "brackets"),
    ("SwitchName=a Nodes=n[3-1]", .malformedTopology, "1", "backwards"),
    ("SwitchName=a Nodes=n[a-b]", .malformedTopology, "1", "no range"),
    ("SwitchName=a Nodes=n1,,n2", .malformedTopology, "1", "empty name"),
    ("SwitchName=a Nodes=n[1-999999999]", .limitExceeded, "1", "1048576"),
    ("SwitchName=a Nodes=x[1-9999]y[1-9999]", .limitExceeded, "1", "1048576"),
    ("\nSwitchName=a Nodes = n1", .malformedTopology, "2", "KEY=VALUE"),
    ("SwitchName=a Node=n1", .unknownKey, "1", "Node"),
    ("SwitchName=a Nodes=n1 nodes=n2", .duplicateKey, "1", "twice"),
    ("SwitchName=a", .malformedTopology, "1", "either Nodes= or Switches="),
    ("SwitchName=a Nodes=n1 Switches=b", .malformedTopology, "1", "not both"),
    ("BlockName=a", .malformedTopology, "1", "needs Nodes="),
    ("Nodes=n1", .malformedTopology, "1", "neither a switch nor a block"),
    ("# nothing", .malformedTopology, "", "neither a switch nor a block"),
    ("SwitchName=a Nodes=n1\nSwitchName=b Nodes=n1", .malformedTopology, "2", "'a' and in 'b'"),
    ("SwitchName=a Nodes=n1\nSwitchName=a Nodes=n2", .malformedTopology, "2", "second time"),
    ("SwitchName=a Switches=b", .malformedTopology, "1", "no switch 'b'"),
    (
      "SwitchName=a Nodes=n1\nSwitchName=b Switches=a\nSwitchName=c Switches=a",
      .malformedTopology, "3", "below 'b' and below 'c'"
    ),
    ("SwitchName=a Switches=b\nSwitchName=b Switches=a", .malformedTopology, "1", "ring"),
    ("SwitchName=a Switches=a", .malformedTopology, "1", "ring"),
    ("SwitchName=a Nodes=n1\nBlockName=b Nodes=n2", .malformedTopology, "2", "blocks and switches"),
    ("- topology: a\n  flat: true", .malformedTopology, "", "no topology with a tree"),
    ("- topology: a\n  three: {}", .unknownKey, "[0].three", "three"),
    (
      "- topology: a\n  tree: {switches: [{switch: s}]}", .malformedTopology,
      "[0].tree.switches[0]", "either"
    ),
    (
      "- topology: a\n  block: {blocks: [{block: s}]}", .missingKey, "[0].block.blocks[0].nodes",
      "nodes"
    ),
    ("- topology: a\n  tree: [1\n", .malformedTopology, "3", "no YAML"),
    ("- topology: a\n  tree: &x {switches: []}", .malformedTopology, "2", "anchor"),
    ("- topology: a\n  topology: b\n", .malformedTopology, "1", "twice"),
  ]

  @Test("what is wrong is told with its line or key path", arguments: refusals.indices)
  func refusal(index: Int) {
    let refusal = Self.refusals[index]
    let found = thrownDiagnostic { try Self.read(refusal.text) }
    #expect(found?.code == refusal.code, "\(String(describing: found))")
    #expect(found?.problem.contains(refusal.word) == true, "\(String(describing: found))")
    #expect(found?.remedy != nil || found?.code == .missingKey)
    let place = found?.location
    #expect((place?.keyPath ?? place?.line.map(String.init) ?? "") == refusal.place)
    #expect(place?.file == "dir/topology.conf")
  }

  @Test("what the file does not say has to be given, and all of it is named at once")
  func missing() {
    let two = "BlockName=a Nodes=n1\nBlockName=b Nodes=n2"
    let all = thrownDiagnostic { try Self.read(two, FabricImportOptions()) }
    #expect(all?.code == .usage)
    #expect(all?.remedy == "add --gpus-per-node, --scale-up-gbps and --scale-out-gbps")
    let one = thrownDiagnostic {
      try Self.read(two, FabricImportOptions(scaleUpGigabits: 1, gpusPerNode: 8))
    }
    #expect(one?.remedy == "add --scale-out-gbps")
  }

  @Test("a long chain of switches is checked in linear time", .timeLimit(.minutes(1)))
  func chain() throws {
    let count = 100_000
    var text = "SwitchName=s0 Nodes=n0\n"
    for number in 1..<count { text += "SwitchName=s\(number) Switches=s\(number - 1)\n" }
    #expect(try Self.read(text).pods == [.init(count: 1, gpus: 4)])
  }
}
