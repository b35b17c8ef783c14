public import ArgumentParser
public import Fabric
import Report
import Streams

extension FabricImportFormat: ExpressibleByArgument {}
extension ImportedPod: ExpressibleByArgument {}

extension FabricCommand {
  /// `refract fabric import`.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a fabric file of what another tool knows of a cluster.",
      discussion: """
        Reads Slurm's topology.conf and topology.yaml, the topology XML of a node that NCCL writes \
        (NCCL_TOPO_DUMP_FILE), and InfraGraph, YAML or JSON. What the file does not say has to be \
        given; what is assumed stands in the fabric file's status.
        """)

    @Argument(help: "The file.")
    var file: String

    @Option(
      name: .long,
      help: ArgumentHelp(
        "What the file is: slurm, nccl or infragraph; told by its content where left out.",
        valueName: "format"))
    var from: FabricImportFormat?

    @Option(
      name: .customLong("scale-up-gbps"),
      help: ArgumentHelp(
        "What a GPU has of the network within its pod, Gb/s in one direction.",
        valueName: "gb/s"))
    var scaleUp: Double?

    @Option(
      name: .customLong("scale-out-gbps"),
      help: ArgumentHelp(
        "What a GPU has of the network between pods, Gb/s in one direction.",
        valueName: "gb/s"))
    var scaleOut: Double?

    @Option(name: .long, help: ArgumentHelp("GPUs a node.", valueName: "n"))
    var gpusPerNode: Int?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Slurm: a pod is what a leaf switch or a block has (switch), or each node (node).",
        valueName: "what"))
    var pod = ImportedPod.switch

    @Option(name: .shortAndLong, help: ArgumentHelp("The fabric file.", valueName: "file"))
    var output: String

    func validate() throws {
      for (name, value) in [("--scale-up-gbps", scaleUp), ("--scale-out-gbps", scaleOut)] {
        guard let value, !(value.isFinite && value > 0) else { continue }
        throw ValidationError("\(name) must be more than 0.")
      }
      guard gpusPerNode.map({ (1...1024).contains($0) }) ?? true else {
        throw ValidationError("--gpus-per-node must be from 1 to 1024.")
      }
    }

    func run() throws {
      let (fabric, document) = try FabricImporter.read(
        file, format: from,
        options: FabricImportOptions(
          scaleUpGigabits: scaleUp, scaleOutGigabits: scaleOut, gpusPerNode: gpusPerNode,
          pod: pod))
      let target = try OutputFile(path: output)
      try target.write(document)
      try target.commit()
      try printOutput(Array(FabricReport.text([fabric]).utf8))
    }
  }
}
