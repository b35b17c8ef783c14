public import Diagnostics

/// The diagnostic that `body` throws; `nil` where it throws none.
public func thrownDiagnostic<Result>(_ body: () throws -> Result) -> Diagnostic? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? Diagnostic
  }
}
