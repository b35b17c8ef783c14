import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Progress")
struct ProgressTests {
  /// Runs `refract` with standard error on a pseudo-terminal, by way of `script`.
  private static func onTerminal(_ arguments: String) throws -> String {
    let run = try Tool.run(
      "script", ["-qec", Tool.refractPath + " " + arguments + " >/dev/null", "/dev/null"])
    #expect(run.status == 0, "\(run.output)")
    return run.output
  }

  @Test("on a terminal a line says how far reading is, and clears itself")
  func terminal() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("rank0.json", TraceCases.kineto)
    let shown = try Self.onTerminal("inspect \(path)")
    #expect(shown.hasPrefix("\r\u{1B}[Krefract: read 0 of 1 rank"), "\(shown.debugDescription)")
    #expect(shown.contains("refract: read 1 of 1 rank"))
    #expect(shown.hasSuffix("\r\u{1B}[K"), "\(shown.debugDescription)")
    #expect(try Self.onTerminal("inspect --quiet \(path)") == "")
    let piped = try Tool.refract("inspect", path)
    #expect(piped.status == 0 && piped.error == "")
  }
}
