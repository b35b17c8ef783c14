extension PreparedTrace {
  /// Replays it in one scenario.
  ///
  /// - Throws: a `Diagnostic` where the fabric, the placement or the options don't suit it.
  public func replay(_ scenario: Scenario) throws -> ScenarioResult {
    try ScenarioRunner(self, scenario).run()
  }
}
