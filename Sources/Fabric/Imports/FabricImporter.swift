import Diagnostics
import JSON
import Streams

/// Fabric files out of what other tools know of a cluster: a reader a format, a plain model of what it
/// says, and one mapping of each to a fabric file.
public enum FabricImporter {
  /// The most bytes that a file may have after decompression.
  static let fileLimit: Int64 = 1 << 24

  /// The fabric that `path` describes, checked as any other, and its file as indented JSON.
  ///
  /// - Parameter format: what the file is; told by its content where `nil`.
  /// - Throws: a `Diagnostic` with line or key path where the file is wrong, or with the options that
  ///   must state what it leaves open.
  public static func read(
    _ path: String, format: FabricImportFormat? = nil, options: FabricImportOptions
  ) throws -> (fabric: Fabric, document: [UInt8]) {
    let bytes = try InputStream.contents(ofFile: path, limit: fileLimit)
    guard let format = format ?? FabricImportFormat.sniff(bytes) else {
      throw Diagnostic(
        .unknownFormat, at: SourceLocation(file: path),
        "is neither a Slurm topology, nor NCCL topology XML, nor InfraGraph",
        remedy: "say what it is with --from slurm, nccl or infragraph")
    }
    let imported = try fabric(bytes, file: path, format: format, options: options)
    let document = imported.document
    let fabric = try Fabric(FabricSpecification(JSONNode(document, at: SourceLocation(file: path))))
    var writer = JSONWriter(indented: true)
    writer.value(document)
    writer.endLine()
    return (fabric, writer.bytes)
  }

  static func fabric(
    _ bytes: [UInt8], file: String, format: FabricImportFormat, options: FabricImportOptions
  ) throws -> ImportedFabric {
    switch format {
    case .slurm:
      try SlurmTopology(bytes, file: file).fabric(file: file, options: options)
    case .nccl:
      try NCCLNode(XMLReader.root(bytes, file: file)).fabric(file: file, options: options)
    case .infragraph:
      try InfraGraph(InfraGraph.document(bytes, file: file)).fabric(file: file, options: options)
    }
  }

  /// What a file is called, without folders.
  static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A fabric's name: the file's, without what stands behind its first point.
  static func name(ofFile path: String) -> String {
    String(fileName(path).split(separator: ".").first ?? "fabric")
  }
}
