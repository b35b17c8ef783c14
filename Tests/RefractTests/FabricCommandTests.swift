import TestSupport
import Testing

@Suite("Fabric command")
struct FabricCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func text(_ file: String) throws -> String {
    String(decoding: try bytes(of: directory.file(file)), as: UTF8.self)
  }

  @Test("show prints what is asked for, changes applied")
  func show() throws {
    let run = try Tool.refract("fabric", "show", "sue-512", "--set", "pod.scale_up.efficiency=0.5")
    #expect(run.status == 0 && run.error.isEmpty)
    #expect(run.output.hasPrefix("sue-512 pod.scale_up.efficiency=0.5\n"))
    #expect(run.output.contains("1.229 Pb/s"), "256 × 9.6 Tb/s × 0.5")
  }

  @Test("draw writes the same picture to a file and to standard output")
  func draw() throws {
    let run = try Tool.refract("fabric", "draw", "gb200-nvl72")
    #expect(run.status == 0 && run.output.hasPrefix("<svg xmlns="))
    let file = try Tool.refract("fabric", "draw", "gb200-nvl72", "-o", directory.file("a.svg"))
    #expect(file.status == 0 && file.output.isEmpty)
    #expect(try text("a.svg") == run.output)
    let nowhere = try Tool.refract(
      "fabric", "draw", "gb200-nvl72", "-o", directory.file("none/a.svg"))
    #expect(nowhere.status == 73)
  }

  @Test("import writes a file that check takes, the same each time")
  func importing() throws {
    try directory.write(
      "topology.conf",
      Array("BlockName=a Nodes=n[01-18]\nBlockName=b Nodes=n[19-36]\n".utf8))
    let arguments = [
      "fabric", "import", directory.file("topology.conf"), "--gpus-per-node", "4",
      "--scale-up-gbps", "7200", "--scale-out-gbps", "400", "-o",
    ]
    let run = try Tool.refract(arguments + [directory.file("a.json")])
    #expect(run.status == 0, "\(run.error)")
    _ = try Tool.refract(arguments + [directory.file("b.json")])
    #expect(try text("a.json") == text("b.json"))
    let check = try Tool.refract("fabric", "check", directory.file("a.json"))
    #expect(check.status == 0 && check.output == run.output)
    #expect(check.output.contains("144"))
    let nodes = try Tool.refract(arguments + [directory.file("n.json"), "--pod", "node"])
    #expect(nodes.status == 0)
    #expect(try text("n.json").contains("\"pods\": 36,"))
  }
}
