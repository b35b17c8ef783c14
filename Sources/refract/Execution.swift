import ArgumentParser
import Diagnostics
import Glibc
import Streams

/// Runs a command and turns whatever it throws into one message and the right exit status.
enum Execution {
  static func run(arguments: [String]) async -> Never {
    // A reader that has seen enough closes the pipe; that is no failure worth a message.
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try Refract.parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      exit(ExitStatus.success.rawValue)
    } catch let diagnostic as Diagnostic {
      printError("refract: " + DiagnosticRenderer.line(diagnostic))
      exit(diagnostic.exitStatus.rawValue)
    } catch {
      // Help, version and usage errors: the parser's own words and status.
      Refract.exit(withError: error)
    }
  }
}

/// Writes a line to standard error; there is nobody to tell if that fails.
func printError(_ line: String) {
  try? StandardStream.error.write(Array((line + "\n").utf8))
}

/// Writes bytes to standard output, all of them or an error.
func printOutput(_ bytes: [UInt8]) throws {
  try StandardStream.output.write(bytes)
}
