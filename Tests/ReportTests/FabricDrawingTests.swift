import Fabric
import JSON
import TestSupport
import Testing

@testable import Report

@Suite("Fabric drawing")
struct FabricDrawingTests {
  private static func drawn(_ fabric: Fabric) throws -> (text: String, markup: MarkupReader) {
    let text = String(decoding: try FabricDrawing.svg(fabric), as: UTF8.self)
    return (text, MarkupReader(text))
  }

  private static func fabric(
    name: String = "t", pods: Int, gpus: Int, node: Int? = nil, planes: Int = 4, up: Double = 1,
    out: Double = 1
  ) throws -> Fabric {
    var json = JSONWriter(indented: false)
    json.object { json in
      json.member("schema", "refract.fabric/1")
      json.member("name", name)
      json.member("pods", pods)
      json.key("pod")
      json.object { json in
        json.member("gpus", gpus)
        if let node { json.member("gpus_per_node", node) }
        json.key("scale_up")
        json.object { json in
          json.member("bandwidth_gbps", 800)
          json.member("planes", planes)
          json.member("hop_latency_ns", 100)
          json.member("oversubscription", up)
        }
      }
      json.key("scale_out")
      json.object { json in
        json.member("bandwidth_gbps", 400)
        json.member("hop_latency_ns", 1000)
        json.member("oversubscription", out)
        json.member("technology", "optical")
      }
    }
    return try Fabric(FabricSpecification(JSONNode(parsing: json.bytes, file: "t.json")))
  }

  /// The texts, as a reader sees them.
  private static func texts(_ markup: MarkupReader) -> [String] {
    markup.leaves.filter { $0.tag.name == "text" }.map(\.text)
  }

  private static func squares(_ markup: MarkupReader) -> Int {
    markup.tags.filter { $0.name == "path" && $0["class"] == "gpu" }
      .reduce(0) { $0 + ($1["d"] ?? "").count { $0 == "z" } }
  }

  @Test(
    "every preset is drawn whole, within its page, the same each time",
    arguments: FabricPreset.names)
  func presets(name: String) throws {
    let fabric = try FabricPreset.load(nameOrFile: name)
    let (text, markup) = try Self.drawn(fabric)
    #expect(markup.faults.isEmpty)
    if fabric.gpuCount <= 64 { #expect(try text == Self.drawn(fabric).text) }
    // One layer of a torus, at most 13 of its columns and 9 of its rows.
    let squares = name == "tpu-v4" ? 13 * 9 : fabric.specification.gpusPerPod
    #expect(Self.squares(markup) == squares)
    try Self.expectWithinPage(markup)
    let texts = Self.texts(markup)
    #expect(texts.first == name)
    #expect(texts.contains(fabric.specification.scaleUp.technology.rawValue))
    #expect(
      texts.contains { $0.hasPrefix("between pods: ") } == (fabric.specification.scaleOut != nil))
  }

  /// Boxes and the points of texts and squares lie on the page.
  private static func expectWithinPage(_ markup: MarkupReader) throws {
    let page = try #require(markup.tags.first { $0.name == "svg" })
    let width = try #require(page["width"].flatMap(Double.init))
    let height = try #require(page["height"].flatMap(Double.init))
    for tag in markup.tags where ["rect", "text"].contains(tag.name) && tag["class"] != "page" {
      let x = try #require(tag["x"].flatMap(Double.init))
      let y = try #require(tag["y"].flatMap(Double.init))
      let right = x + (tag["width"].flatMap(Double.init) ?? 0)
      let lower = y + (tag["height"].flatMap(Double.init) ?? 0)
      #expect(x >= 0 && right <= width && y >= 0 && lower <= height, "\(tag)")
    }
  }

  /// How wide a letter is on average, at most, by style, in the widest font that is asked for.
  private static let letter = ["title": 14.5, "size": 9.6, "head": 9.0, "number": 7.7]

  /// Where texts are, about: left, right and base line.
  private static func spans(
    _ markup: MarkupReader
  ) throws -> [(text: String, left: Double, right: Double, y: Double)] {
    try markup.leaves.filter { $0.tag.name == "text" }.map { leaf in
      let x = try #require(leaf.tag["x"].flatMap(Double.init))
      let y = try #require(leaf.tag["y"].flatMap(Double.init))
      let width = Double(leaf.text.count) * (letter[leaf.tag["class"] ?? ""] ?? 7.3)
      let left =
        switch leaf.tag["text-anchor"] {
        case "middle": x - width / 2
        case "end": x - width
        default: x
        }
      return (leaf.text, left, left + width, y)
    }
  }

  @Test(
    "every topology is drawn within its page, and no text lies over another",
    arguments: FabricExamples.all.map(\.name))
  func topologies(name: String) throws {
    let text = try #require(FabricExamples.all.first { $0.name == name }?.text)
    let fabric = try Fabric(
      FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "t.json")))
    let (picture, markup) = try Self.drawn(fabric)
    #expect(markup.faults.isEmpty)
    #expect(try picture == Self.drawn(fabric).text)
    try Self.expectWithinPage(markup)
    #expect(Self.squares(markup) == fabric.specification.gpusPerPod / (name == "grid" ? 4 : 1))
    let spans = try Self.spans(markup)
    for (index, one) in spans.enumerated() {
      #expect(one.left >= -0.5 && one.right <= 960.5, "\(one)")
      for other in spans[(index + 1)...] where (one.y - other.y).magnitude < 11 {
        #expect(one.right <= other.left || other.right <= one.left, "\(one) \(other)")
      }
    }
  }

  static let said: [(name: String, texts: [String])] = [
    (
      "leaf-spine",
      [
        "spine 1", "leaf 3", "800 Gb/s a leaf, 2:1, all planes",
        "8 GPUs in a row to a leaf, 1.6 Tb/s to the spines, 2:1",
      ]
    ),
    (
      "rails",
      ["leaf 15", "between pods: spines, other rails forwarded; one NIC of 400 Gb/s a GPU"]
    ),
    ("mesh", ["7 links a GPU, 114.3 Gb/s each", "1.829 Tb/s"]),
    ("torus", ["torus 3×4", "4 links a GPU, 200 Gb/s each"]),
    ("grid", ["one of 4 layers; 2 of the links lead to the layers beside it"]),
    ("graph", ["up to 4 links a GPU, 200 Gb/s each; thick lines are several links"]),
    ("racks", ["rack 1", "within a rack", "800 Gb/s a GPU between racks, 3.2 Tb/s within"]),
    ("circuits", ["pod 0, circuits set to ring"]),
    ("unequal", ["pods 2 to 4", "12 GPUs", "pod 5", "24 GPUs", "within a pod of 8"]),
    ("faults", ["not computed"]),
  ]

  @Test("what each is, is said", arguments: said.indices)
  func words(index: Int) throws {
    let (name, expected) = Self.said[index]
    let text = try #require(FabricExamples.all.first { $0.name == name }?.text)
    let fabric = try Fabric(
      FabricSpecification(JSONNode(parsing: Array(text.utf8), file: "t.json")))
    let markup = try Self.drawn(fabric).markup
    let texts = Self.texts(markup)
    for each in expected { #expect(texts.contains(each), "\(each) in \(texts)") }
    let crosses = markup.tags.filter { $0.name == "path" && $0["class"] == "lost" }
    #expect(crosses.count == (name == "faults" ? 1 : 0))
    if name == "circuits" {
      #expect(texts.joined(separator: " ").contains("square (torus 2×4)"))
      #expect(texts.joined(separator: " ").contains("each time dark for 10 ms"))
    }
  }

  @Test("what is said of the links is what the file says")
  func labels() throws {
    let texts = Self.texts(try Self.drawn(Self.fabric(pods: 5, gpus: 8, planes: 4)).markup)
    for label in [
      "40 GPUs: 5 pods of 8", "800 Gb/s a GPU, 200 Gb/s to each plane",
      "400 Gb/s a GPU, 3.2 Tb/s a pod",
      "between pods: one NIC of 400 Gb/s a GPU, not oversubscribed",
      "pod 4", "3.2 Tb/s", "0.2 µs", "2 µs",
      // Two pods of 8 × 400, and half of the fifth: 4 × 400 and its own 4 × 800.
      "11.2 Tb/s",
    ] {
      #expect(texts.contains(label), "\(label)")
    }
    #expect(!texts.contains { $0.hasPrefix("× ") }, "five pods are all drawn")
  }

  @Test("many pods are summed up; planes too; technologies differ in the style of their lines")
  func summedUp() throws {
    let markup = try Self.drawn(Self.fabric(pods: 700, gpus: 16, planes: 300)).markup
    let texts = Self.texts(markup)
    #expect(texts.contains("× 699, all like pod 0") && texts.contains("pod 699"))
    #expect(texts.contains("300 in all") && texts.contains("plane 299"))
    #expect(!texts.contains("pod 3") && !texts.contains("plane 6"))
    let styles = markup.tags.filter { $0.name == "path" }.compactMap { $0["class"] }
    #expect(styles.contains("electrical bar") && styles.contains("optical bar"))
    let css = try Self.drawn(Self.fabric(pods: 1, gpus: 1)).text
    #expect(css.contains("stroke-dasharray") && css.contains("prefers-color-scheme: dark"))
  }

  @Test("what is shared is drawn as shared")
  func oversubscribed() throws {
    let texts = Self.texts(
      try Self.drawn(Self.fabric(pods: 2, gpus: 8, up: 4, out: 2)).markup)
    // 8 × 800 / 4; 8 × 400 / 2.
    #expect(texts.contains("shared by all: 1.6 Tb/s, both directions"))
    #expect(texts.contains("2:1: 400 Gb/s a GPU, 1.6 Tb/s a pod, out and in"))
  }

  @Test("more GPUs than squares: a square stands for several")
  func large() throws {
    let markup = try Self.drawn(Self.fabric(pods: 1, gpus: 4096, node: 8)).markup
    #expect(Self.squares(markup) == 1024)
    #expect(Self.texts(markup).contains("4096 GPUs, 4 a square, 512 nodes of 8"))
  }

  @Test("names are text, whatever stands in them, and as long as they like")
  func names() throws {
    let name = "</title><script>\u{1}\u{FFFE}&\"'" + String(repeating: "x", count: 300)
    let (text, markup) = try Self.drawn(Self.fabric(name: name, pods: 1, gpus: 8))
    #expect(markup.faults.isEmpty && !text.contains("<script") && !text.contains("\u{FFFE}"))
    try Self.expectWithinPage(markup)
    #expect(Self.texts(markup).allSatisfy { $0.count <= 130 })
  }

  @Test("grids hold every GPU, and fit, where squares need not be smaller than the smallest")
  func grids() {
    for gpus in 1...1100 {
      for (width, node) in [(606.0, nil), (856, 4), (606, 8), (606, 3)] {
        let grid = GPUGrid(gpus: gpus, gpusPerNode: node, width: width, height: 180)
        #expect(grid.squares * grid.gpusPerSquare >= gpus)
        #expect((grid.squares - 1) * grid.gpusPerSquare < gpus)
        #expect(grid.columns * grid.rows >= grid.squares)
        #expect(grid.columns * (grid.rows - 1) < grid.squares)
        #expect(grid.width <= width && grid.height <= 180, "\(gpus)")
      }
    }
  }
}
