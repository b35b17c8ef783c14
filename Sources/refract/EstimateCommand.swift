import ArgumentParser
import Fabric
import Report
import Study
import Synthesis

/// `refract estimate`.
struct EstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Say in closed form what a step of a model takes on fabrics, without a replay.",
    discussion: """
      The formula that a replay of the same step is held against: compute, communication and bubbles of \
      a pipeline of layers that are all alike, on pods and a network between them, without latency. \
      Takes the options of 'refract synth'.
      """)

  @OptionGroup var synthesis: SynthesisArguments

  @Option(name: .long, help: "A fabric preset, or a fabric file. May be given again.")
  var fabric: [String]

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value of the fabrics' files: scale_out.bandwidth_gbps=800. May be given again.",
      valueName: "key.path=value"))
  var overlays: [String] = []

  @Option(name: .long, help: "Within what a token is sent once.")
  var dedup = ClosedForm.Copies.pod

  @Option(
    name: .long,
    help: "How times of an all-to-all within and between pods add up: the longer, or the sum.")
  var tiers = ClosedForm.Tiers.parallel

  @Option(name: .long, help: "How a token's experts are drawn: each of all, or each of those left.")
  var draw = ClosedForm.Draw.repeated

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Behind which compute communication hides with --overlap layer: of the whole step, or of its own pass.",
      valueName: "step|pass"))
  var hiding = ClosedForm.Hiding.step

  @Option(
    name: .long,
    help:
      "With --dedup pod, how ranks hand copies on within one: all alike, or in turns, and whoever is slowest."
  )
  var relays = ClosedForm.Relays.average

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let (model, layout) = try (synthesis.changedModel(), synthesis.parallelLayout())
    let form = try ClosedForm(
      model, layout: layout, options: synthesis.options(),
      choices: ClosedForm.Choices(
        copies: dedup, tiers: tiers, draw: draw, hiding: hiding, relays: relays))
    let changes = try overlays.map { try FabricOverlay($0) }
    let rows = try fabric.map { name in
      let fabric = try FabricPreset.load(nameOrFile: name, overlays: changes)
      return (fabric.name, try form.times(on: TwoTierFabric(fabric)))
    }
    let report = EstimateReport(step: "\(model.name) in \(layout.text)", rows: rows)
    try printOutput(json ? report.json(version: Refract.version) : Array(report.text.utf8))
  }
}
