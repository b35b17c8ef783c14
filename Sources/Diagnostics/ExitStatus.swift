/// What the process tells its caller, after sysexits.h where a number has a name there.
public enum ExitStatus: Int32, Sendable {
  /// Done.
  case success = 0
  /// A check or a threshold failed.
  case checkFailed = 1
  /// The command line is wrong.
  case usage = 64
  /// The input is wrong.
  case badInput = 65
  /// There is no such input.
  case noInput = 66
  /// A service that the command needs is missing.
  case serviceMissing = 69
  /// A defect of ours.
  case defect = 70
  /// The output can't be written.
  case cannotWrite = 73
  /// Out of a budget: memory or time.
  case outOfBudget = 75
}
