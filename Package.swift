// swift-tools-version:6.2

import PackageDescription

/// One module of the data's way: what it is called, what it may see, what it carries.
struct Module {
  var name: String
  var dependencies: [Target.Dependency] = []
  var resources: [Resource] = []
  var excluded: [String] = []
}

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// Tests are compiled as they stand, in a release build too: what they spend time on is in the modules
// under test, and optimising tests takes longer than they run. Only this package's own build reads it.
let testSettings = settings + [.unsafeFlags(["-Onone"])]

let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

// In the order of the data's way: a module sees only modules above its own line.
let modules: [Module] = [
  Module(name: "Quantities"),
  Module(name: "Diagnostics"),
  Module(name: "Streams", dependencies: ["CZstd", "CZlib", "Diagnostics"]),
  Module(name: "JSON", dependencies: ["CJSONC", "Diagnostics", "Streams"]),
  Module(
    name: "Trace", dependencies: ["Quantities", "Diagnostics", "Streams", "JSON"],
    resources: [.embedInCode("KernelClasses/kernel-classes.json")]),
  Module(
    name: "Synthesis", dependencies: ["Quantities", "Diagnostics", "JSON", "Trace"],
    resources: [
      .embedInCode("Models/deepseek-v3.json"),
      .embedInCode("Models/study-config1.json"),
      .embedInCode("Models/study-config2.json"),
      .embedInCode("Models/study-config3.json"),
      .embedInCode("Models/study-config4.json"),
    ]),
  Module(name: "ChakraSchema", dependencies: [protobuf], excluded: ["chakra.proto"]),
  Module(
    name: "Ingest",
    dependencies: [
      "Quantities", "Diagnostics", "Streams", "JSON", "Trace", "ChakraSchema", protobuf,
    ],
    resources: [.embedInCode("Rules/deepep.json")]),
  Module(name: "Workload", dependencies: ["Quantities", "Diagnostics", "Trace"]),
  Module(
    name: "Export",
    dependencies: [
      "Quantities", "Diagnostics", "Streams", "JSON", "Trace", "Workload", "ChakraSchema", protobuf,
    ]),
  Module(name: "Simulation", dependencies: ["Quantities"]),
  Module(
    name: "Fabric",
    dependencies: ["Quantities", "Diagnostics", "Streams", "JSON", "CExpat", yams],
    resources: [
      .embedInCode("Presets/passage-512.json"),
      .embedInCode("Presets/photonic-512-14t.json"),
      .embedInCode("Presets/copper-144.json"),
      .embedInCode("Presets/copper-128.json"),
      .embedInCode("Presets/gb200-nvl72.json"),
      .embedInCode("Presets/rubin-nvl144.json"),
      .embedInCode("Presets/ualink-1024.json"),
      .embedInCode("Presets/sue-512.json"),
      .embedInCode("Presets/hgx-h800-8.json"),
      .embedInCode("Presets/hgx-h100-8.json"),
      .embedInCode("Presets/hgx-b200-8.json"),
      .embedInCode("Presets/dgx-a100-8.json"),
      .embedInCode("Presets/dgx-v100-8.json"),
      .embedInCode("Presets/mi300x-8.json"),
      .embedInCode("Presets/tpu-v4.json"),
      .embedInCode("Presets/gloo-host.json"),
      .embedInCode("Presets/reference-switch.json"),
    ]),
  Module(
    name: "Placement",
    dependencies: [
      "Quantities", "Diagnostics", "Streams", "JSON", "Trace", "Workload", "Fabric",
    ]),
  Module(
    name: "Collectives",
    dependencies: [
      "Quantities", "Diagnostics", "Trace", "Workload", "Fabric", "Placement", "Simulation",
    ]),
  Module(
    name: "Study",
    dependencies: [
      "Quantities", "Diagnostics", "Streams", "JSON", "Trace", "Synthesis", "Ingest", "Workload",
      "Fabric", "Placement", "Collectives", "Simulation",
    ],
    resources: [.embedInCode("Compute/devices.json")]),
  Module(
    name: "Report",
    dependencies: [
      "Quantities", "Diagnostics", "Streams", "JSON", "Trace", "Synthesis", "Workload",
      "Simulation", "Fabric", "Placement", "Collectives", "Study", mustache,
    ],
    resources: [
      .embedInCode("HTML/Templates/page.mustache"),
      .embedInCode("HTML/Templates/inspect.mustache"),
      .embedInCode("HTML/Templates/trace.mustache"),
      .embedInCode("HTML/Templates/verdict.mustache"),
      .embedInCode("HTML/Templates/step-time.mustache"),
      .embedInCode("HTML/Templates/breakdown.mustache"),
      .embedInCode("HTML/Templates/links.mustache"),
      .embedInCode("HTML/Templates/collectives.mustache"),
      .embedInCode("HTML/Templates/traffic.mustache"),
      .embedInCode("HTML/Templates/timeline.mustache"),
      .embedInCode("HTML/Templates/assumptions.mustache"),
      .embedInCode("HTML/Templates/fabrics.mustache"),
      .embedInCode("HTML/Templates/reading.mustache"),
      .embedInCode("HTML/Templates/sentence.mustache"),
      .embedInCode("HTML/Templates/figure.mustache"),
      .embedInCode("HTML/Templates/cell.mustache"),
      .embedInCode("HTML/Templates/axis.mustache"),
      .embedInCode("HTML/Templates/report.css"),
      .embedInCode("FabricDrawing/fabric-drawing.mustache"),
      .embedInCode("FabricDrawing/fabric-drawing.css"),
    ]),
]

// Tests mirror Sources; each sees the module it is named after, and what that is made of.
let testSupport = Target.target(
  name: "TestSupport", dependencies: ["Quantities", "Diagnostics", "Trace", "Simulation"],
  path: "Tests/TestSupport", swiftSettings: settings)

let testedModules: [Module] = [
  Module(name: "Quantities"),
  Module(name: "Streams", dependencies: ["Diagnostics"]),
  Module(name: "JSON", dependencies: ["Diagnostics"]),
  Module(name: "Trace", dependencies: ["Quantities", "Diagnostics"]),
  Module(name: "Synthesis", dependencies: ["Quantities", "Diagnostics", "JSON", "Trace"]),
  Module(name: "Ingest", dependencies: ["Quantities", "Diagnostics", "Trace", "JSON"]),
  Module(name: "Workload", dependencies: ["Quantities", "Diagnostics", "Trace"]),
  Module(name: "Export", dependencies: ["Quantities", "Diagnostics", "Trace", "Workload"]),
  Module(name: "Simulation", dependencies: ["Quantities", "JSON"]),
  Module(name: "Fabric", dependencies: ["Quantities", "Diagnostics", "JSON"]),
  Module(
    name: "Placement",
    dependencies: ["Quantities", "Diagnostics", "JSON", "Trace", "Workload", "Fabric"]),
  Module(
    name: "Collectives",
    dependencies: [
      "Quantities", "Diagnostics", "Trace", "Workload", "Fabric", "Placement", "Simulation", "JSON",
    ]),
  Module(
    name: "Study",
    dependencies: [
      "Quantities", "Diagnostics", "JSON", "Trace", "Synthesis", "Ingest", "Workload", "Fabric",
      "Placement", "Collectives", "Simulation",
    ]),
  Module(
    name: "Report",
    dependencies: [
      "Quantities", "Diagnostics", "JSON", "Trace", "Workload", "Fabric", "Simulation",
      "Collectives", "Study",
    ], excluded: ["FabricDetailsTests.txt"]),
]

let package = Package(
  name: "refract",
  products: [
    .executable(name: "refract", targets: ["refract"]),
    // For tools/bench, a package of its own; not meant for anyone else.
    .library(name: "Simulation", targets: ["Quantities", "Simulation"]),
    .library(name: "Ingest", targets: ["Streams", "Trace", "Ingest"]),
    .library(name: "Collectives", targets: ["Workload", "Collectives"]),
    // For tools/fuzz, likewise: all that reads, and what it hands on to.
    .library(name: "Report", targets: modules.map(\.name)),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CJSONC", pkgConfig: "json-c", providers: [.apt(["libjson-c-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
  ]
    + modules.map {
      .target(
        name: $0.name, dependencies: $0.dependencies, exclude: $0.excluded,
        resources: $0.resources, swiftSettings: settings)
    }
    + [
      .executableTarget(
        name: "refract",
        dependencies: [
          "Quantities", "Diagnostics", "Streams", "JSON", "Trace", "Synthesis", "Ingest",
          "Workload",
          "Export", "Fabric", "Placement", "Collectives", "Simulation", "Study", "Report",
          argumentParser,
        ],
        swiftSettings: settings),
      testSupport,
      // The command line is tested as a process.
      .testTarget(
        name: "RefractTests", dependencies: ["TestSupport", "JSON", "refract"],
        swiftSettings: testSettings),
    ]
    + testedModules.map { module in
      .testTarget(
        name: module.name + "Tests",
        dependencies: [.byName(name: module.name), "TestSupport"] + module.dependencies,
        exclude: module.excluded,
        // These try every halving of a pod one by one.
        swiftSettings: module.name == "Fabric" ? settings : testSettings)
    },
  swiftLanguageModes: [.v6]
)
