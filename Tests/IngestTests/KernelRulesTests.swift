import Diagnostics
import Quantities
import TestSupport
import Testing

@testable import Ingest
@testable import Trace

@Suite("Kernel rules")
struct KernelRulesTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func ingest(_ fixture: KinetoFixture, rules: [KernelRules] = []) throws -> Trace {
    try Ingestor(rules: rules).ingest([directory.write("trace.json", fixture.text)])
  }

  @Test("rules of the same meaning give the same result, whatever kernels are called")
  func renamedKernels() throws {
    var original = KinetoFixture()
    var renamed = KinetoFixture()
    let names = [
      "ep::get_dispatch_layout<1>": "mine_layout", "ep::notify_dispatch<1>": "mine_notify",
      "ep::cached_notify<1>": "mine_cached", "ep::dispatch<1>": "mine_send<1>",
      "ep::combine<1>": "mine_gather<1>",
    ]
    for (index, (old, new)) in names.sorted(by: { $0.key < $1.key }).enumerated() {
      let start = Double(index) * 10
      for isOriginal in [true, false] {
        var fixture = isOriginal ? original : renamed
        fixture.annotation(index == 4 ? "combine(B)" : "x", at: start, for: 5)
        fixture.launch(index, at: start)
        fixture.kernel(index, at: start + 4, for: 5, name: isOriginal ? old : new)
        if isOriginal { original = fixture } else { renamed = fixture }
      }
    }
    var rules = String(
      decoding: try bytes(of: ProjectFiles.path("Sources/Ingest/Rules/deepep.json")),
      as: UTF8.self)
    for (old, new) in [
      ("*ep::*dispatch_layout*", "*mine_layout*"), ("*ep::*notify_dispatch*", "*mine_notify*"),
      ("*ep::*cached_notify*", "*mine_cached*"), ("*ep::*dispatch<*", "*mine_send<*"),
      ("*ep::*combine<*", "*mine_gather<*"),
    ] {
      rules = rules.replacing("\"\(old)\"", with: "\"\(new)\"")
    }
    let user = try KernelRules(nameOrFile: directory.write("mine.json", rules))
    let first = try ingest(original, rules: [KernelRules(nameOrFile: "deepep")]).ranks[0]
    let second = try ingest(renamed, rules: [user]).ranks[0]
    #expect(first.communications.count == 5)
    #expect(first.communications == second.communications)
    #expect(
      first.communications.map(\.label) == [
        "cached notify", "combine", "dispatch", "dispatch layout", "notify dispatch",
      ])
  }

  @Test("annotations around the launch choose among rules")
  func annotations() throws {
    var fixture = KinetoFixture()
    for (index, name) in ["dispatch(F)", "combine(B)"].enumerated() {
      let start = Double(index) * 20
      fixture.annotation("outer", at: start, for: 15)
      fixture.annotation(name, at: start + 1, for: 5)
      fixture.launch(index, at: start + 2)
      fixture.kernel(index, at: start + 8, for: 5, name: "void dpsk::ep::internode::dispatch<1>()")
    }
    let calls = try ingest(fixture, rules: [KernelRules(nameOrFile: "deepep")])
      .ranks[0].communications
    #expect(calls.map(\.label) == ["dispatch", "dispatch (backward)"])
    #expect(calls[0].routing?.tokenBytes == Int64(7392))
    #expect(calls[0].injectionCap == .gigabitsPerSecond(1240))
  }

  @Test("scrubbing keeps the labels of the rules that come along")
  func knownLabels() throws {
    for name in KernelRules.builtIn {
      let labels = try KernelRules(nameOrFile: name).rules.compactMap(\.label)
      #expect(!labels.isEmpty && Set(labels).isSubset(of: NeutralWords.knownLabels))
    }
  }

  @Test("rules are checked when they are read")
  func badRules() throws {
    let cases: [(String, String, Diagnostic.Code, String)] = [
      ("\"group\": \"ep\"", "\"group\": \"px\"", .malformedRule, "rules[0].group"),
      ("hidden * fp8_bytes", "hiden * fp8_bytes", .malformedRule, "rules[3].routing.token_bytes"),
      ("rules/1", "rules/2", .unsupportedVersion, "schema"),
      ("\"kind\": \"metadata\"", "\"kind\": \"dance\"", .malformedRule, "rules[0].kind"),
      ("\"top_k\": 8", "\"top_k\": 7", .valueOutOfRange, "rules[3].routing"),
      ("\"kind\": \"metadata\"", "\"kind\": \"all_gather\"", .malformedRule, "rules[0]"),
      ("\"kind\": \"metadata\"", "\"kind\": \"compute\"", .unknownKey, "rules[0].label"),
      (
        "\"kind\": \"all_to_all\"", "\"kind\": \"all_reduce\"", .malformedRule,
        "rules[3].routing"
      ),
      ("\"kernel\"", "\"kernal\"", .unknownKey, "rules[0].kernal"),
      (
        "\"direction\": \"dispatch\"", "\"direction\": \"up\"", .valueOutOfRange,
        "rules[3].routing.direction"
      ),
      (
        "\"sm_injection_gbps\": 1240", "\"sm_injection_gbps\": 0", .valueOutOfRange,
        "rules[3].injection_cap_gbps"
      ),
    ]
    let shipped = String(
      decoding: try bytes(of: ProjectFiles.path("Sources/Ingest/Rules/deepep.json")),
      as: UTF8.self)
    for (old, new, code, keyPath) in cases {
      #expect(shipped.contains(old))
      let path = try directory.write(
        "r.json", shipped.replacing(old, with: new, maxReplacements: 1))
      let diagnostic = thrownDiagnostic { try KernelRules(nameOrFile: path) }
      #expect(diagnostic?.code == code, "\(new): \(String(describing: diagnostic))")
      #expect(diagnostic?.location?.keyPath == keyPath)
    }
  }
}
