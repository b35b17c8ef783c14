import Diagnostics
import JSON

/// The two roofs of a GPU: schema `refract.devices/1`.
public struct Device: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// Peak arithmetic of dense matrices, in 10^12 operations a second.
  public var denseTeraflops: Double
  /// Peak memory bandwidth, in 10^9 bytes a second.
  public var memoryGigabytes: Double

  /// The device of a name that comes along, or in a file of one device.
  ///
  /// - Throws: a `Diagnostic` where it is neither, or the file is wrong.
  public init(nameOrFile: String) throws {
    let root = try JSONNode(
      parsing: PackageResources.devices_json, file: "the devices that come along")
    let known = try root.required("devices").elements()
    if let node = try known.first(where: { try $0.required("name").string() == nameOrFile }) {
      try self.init(node)
      return
    }
    do {
      try self.init(JSONNode(contentsOfFile: nameOrFile, limit: 1 << 20))
    } catch let diagnostic as Diagnostic where diagnostic.code == .noSuchFile {
      let names = try known.map { try $0.required("name").string() }
      throw Diagnostic(
        .noSuchFile, at: diagnostic.location, "is neither a device that comes along nor a file",
        remedy: "devices are " + names.joined(separator: ", "))
    }
  }

  private init(_ node: JSONNode) throws {
    try node.allow(keys: [
      "name", "description", "dense_tflops", "memory_gbytes_per_s", "source",
    ])
    name = try node.required("name").string()
    denseTeraflops = try node.required("dense_tflops").double(exclusive: true)
    memoryGigabytes = try node.required("memory_gbytes_per_s").double(exclusive: true)
  }
}
