import Foundation
import Glibc

/// Runs programs as a user would: the built `refract` beside the tests, or any other.
public struct Tool {
  /// How a run went.
  public struct Outcome {
    /// The exit status.
    public var status: Int32
    /// Standard output.
    public var output: String
    /// Standard error.
    public var error: String
    /// The most memory that was resident, in bytes.
    ///
    /// Counted by `time`, which is small: a program inherits the peak of the process that starts it,
    /// and a test process may be larger than what it tests.
    public var peakBytes: Int
  }

  /// The built `refract`.
  public static func refract(_ arguments: String...) throws -> Outcome {
    try refract(arguments)
  }

  /// The built `refract`.
  public static func refract(_ arguments: [String]) throws -> Outcome {
    try run(productsDirectory + "/refract", arguments)
  }

  /// Where the built `refract` lies.
  public static var refractPath: String { productsDirectory + "/refract" }

  /// The built `refract`, ended with status 124 where it runs longer than `seconds`: a hang is a
  /// failure like any other.
  public static func refract(_ arguments: [String], within seconds: Int) throws -> Outcome {
    try run("timeout", [String(seconds), productsDirectory + "/refract"] + arguments)
  }

  /// Any program, found by its path or on the PATH. One that a signal ended has status 128 + signal.
  public static func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    let directory = try TemporaryDirectory()
    let (output, error) = (directory.file("stdout"), directory.file("stderr"))
    let peak = directory.file("peak")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT, 0o600)
    let words: [UnsafeMutablePointer<CChar>?] =
      (["time", "--quiet", "--format=%M", "--output=\(peak)", program] + arguments)
      .map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let code = posix_spawnp(&process, "time", &actions, nil, words, environ)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    // The last line: a program that a signal ended has a line of its own before it.
    let lines = String(decoding: try bytes(of: peak), as: UTF8.self).split(separator: "\n")
    guard let kilobytes = lines.last.flatMap({ Int($0) }) else {
      fatalError("'time' left no peak: \(lines)")
    }
    return Outcome(
      status: status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f),
      output: String(decoding: try bytes(of: output), as: UTF8.self),
      error: String(decoding: try bytes(of: error), as: UTF8.self),
      peakBytes: kilobytes * 1024)
  }

  /// The folder of the test bundle, in which the products lie.
  private static var productsDirectory: String {
    // The runner's first argument is itself or the bundle; both lie, or are named, there.
    for argument in CommandLine.arguments where argument.contains(".xctest") {
      return URL(fileURLWithPath: argument).deletingLastPathComponent().path
    }
    return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
  }
}
