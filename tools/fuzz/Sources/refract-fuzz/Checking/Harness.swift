import Diagnostics

/// Feeds a target, and holds how it ends against what the product promises: it is done, or there is a
/// diagnostic that says where and why.
struct Harness: Sendable {
  private let target: Target
  private let folder: WorkFolder
  private let goesOn: Bool
  private let says: Bool

  init(_ target: Target, folder: WorkFolder, goesOn: Bool, says: Bool) {
    self.target = target
    self.folder = folder
    self.goesOn = goesOn
    self.says = says
  }

  func feed(_ bytes: UnsafeRawBufferPointer) {
    do {
      try target.read(Input(bytes: bytes, folder: folder, goesOn: goesOn))
      if says { print("done") }
    } catch let diagnostic as Diagnostic {
      Promise.hold(diagnostic)
      if says { print(DiagnosticRenderer.line(diagnostic)) }
    } catch {
      fatalError("ends in an error that is no diagnostic: \(error)")
    }
  }
}
