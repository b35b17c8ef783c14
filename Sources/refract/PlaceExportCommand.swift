public import ArgumentParser
import Diagnostics
import Fabric
public import Placement
import Streams

extension PlaceCommand {
  /// `refract place export`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a placement as launchers read it.",
      discussion: """
        slurm: the host of rank i in line i, for SLURM_HOSTFILE with --distribution=arbitrary. \
        openmpi: a rankfile, slots being GPUs' places in their nodes. cuda: a line a node with \
        CUDA_VISIBLE_DEVICES in the order of its ranks. csv: the table that --placement reads.

        Nodes are called node0, node1, …, or as --hosts says.
        """)

    @Argument(help: "Capture files of the job; or give --ranks.")
    var inputs: [String] = []

    @Option(name: .long, help: "The number of ranks, where the policy needs to know no more.")
    var ranks: Int?

    @Option(name: .long, help: "A fabric preset, or a fabric file.")
    var fabric: String

    @Option(name: .long, help: "Where ranks go; see 'refract place --help'.")
    var placement = "linear"

    @Option(name: .long, help: "What to write.")
    var to: LauncherFile

    @Option(name: .shortAndLong, help: ArgumentHelp("The file.", valueName: "file"))
    var output: String

    @OptionGroup var trace: TraceOptions
    @OptionGroup var replicas: ReplicaArguments
    @OptionGroup var lowering: LoweringArguments

    func validate() throws {
      guard inputs.isEmpty != (ranks == nil) else {
        throw ValidationError("name a trace, or give --ranks, and not both")
      }
      guard ranks == nil || replicas.replicas == 1 else {
        throw ValidationError(
          "--replicas puts a trace on the fabric several times, and there is none")
      }
      if let ranks, !(1...1 << 20 ~= ranks) {
        throw ValidationError("--ranks is from 1 to \(1 << 20)")
      }
    }

    func run() throws {
      let policy = try lowering.seats.policy(placement)
      let target = try FabricPreset.load(nameOrFile: fabric, overlays: lowering.fabricOverlays())
      let placed = try policy.place(try job(), on: target)
      let text = try to.text(placed, on: target, hosts: lowering.seats.hosts)
      let file = try OutputFile(path: output)
      try file.write(text)
      try file.commit()
      guard !trace.reading.quiet else { return }
      for note in placed.notes { printError("refract: note: " + note) }
      printError("refract: wrote \(placed.gpuOfRank.count) ranks to \(output)")
    }

    private func job() throws -> PlacementJob {
      if let ranks { return PlacementJob(worldSize: ranks) }
      return PlacementJob(try trace.captured(inputs, rules: trace.rules, replicas).workload)
    }
  }
}

extension LauncherFile: ExpressibleByArgument {}
