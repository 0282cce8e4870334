// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "agentrun-admission",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "agentrun-admission", targets: ["agentrun-admission"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),
        .systemLibrary(
            name: "CNghttp2",
            pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]
        ),
        .systemLibrary(
            name: "CYaml",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]
        ),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CVector"),

        // Pure: no NIO, no I/O
        .target(name: "Digest", dependencies: ["COpenSSL"]),
        .target(name: "CivilTime", dependencies: []),
        .target(name: "JSONPull", dependencies: ["CVector"]),
        .target(name: "YAMLPull", dependencies: ["CYaml", "JSONPull"]),
        .target(name: "ManifestEdits", dependencies: ["JSONPull", "YAMLPull"]),
        .target(name: "AdmissionAPI", dependencies: ["JSONPull"]),
        .target(
            name: "AgentRuns",
            dependencies: [
                "JSONPull", "Digest", "CivilTime", .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "Policy",
            dependencies: [
                "AgentRuns", "AdmissionAPI", "JSONPull", "YAMLPull", "Digest",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "Replay",
            dependencies: [
                "AdmissionAPI", "AgentRuns", "Digest", "JSONPull", "Policy",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "ClusterState",
            dependencies: ["AgentRuns", "CivilTime", "Digest", "Policy", "JSONPull", "YAMLPull"]
        ),

        .target(name: "CustomResources", dependencies: ["JSONPull"]),
        .target(
            name: "Reports",
            dependencies: ["AdmissionAPI", "AgentRuns", "CustomResources", "Digest", "JSONPull", "Policy"]
        ),

        // Files: what the commands do without a cluster
        .target(
            name: "Offline",
            dependencies: [
                "AdmissionAPI", "AgentRuns", "ClusterState", "CustomResources", "JSONPull", "ManifestEdits", "Policy",
                "Replay", "Reports",
            ]
        ),

        .target(name: "LanguageServer", dependencies: ["JSONPull", "ManifestEdits", "Offline", "Policy", "Reports"]),

        // Transport
        .target(
            name: "TLS",
            dependencies: [
                "COpenSSL",
                "CivilTime",
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .target(
            name: "HTTPServer",
            dependencies: [
                "CNghttp2",
                "TLS",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        .target(
            name: "Prometheus",
            dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")]
        ),

        .target(
            name: "KubernetesClient",
            dependencies: [
                "CSpawn",
                "CivilTime",
                "JSONPull",
                "TLS",
                "YAMLPull",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        .target(
            name: "SelfManagedCertificates",
            dependencies: [
                "JSONPull",
                "KubernetesClient",
                "TLS",
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),

        .target(
            name: "OpenTelemetry",
            dependencies: [
                "HTTPServer",
                "JSONPull",
                "KubernetesClient",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),

        // Where both meet
        .target(
            name: "AdmissionServer",
            dependencies: [
                "AdmissionAPI",
                "AgentRuns",
                "ClusterState",
                "Digest",
                "HTTPServer",
                "JSONPull",
                "KubernetesClient",
                "OpenTelemetry",
                "Policy",
                "Prometheus",
                "Replay",
                "TLS",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .target(
            name: "Serving",
            dependencies: [
                "AdmissionAPI",
                "AdmissionServer",
                "AgentRuns",
                "CMalloc",
                "ClusterState",
                "HTTPServer",
                "JSONPull",
                "KubernetesClient",
                "Offline",
                "OpenTelemetry",
                "Policy",
                "Prometheus",
                "Replay",
                "Reports",
                "SelfManagedCertificates",
                "TLS",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "agentrun-admission",
            dependencies: [
                "AdmissionAPI",
                "AdmissionServer",
                "AgentRuns",
                "ClusterState",
                "CustomResources",
                "HTTPServer",
                "JSONPull",
                "LanguageServer",
                "Offline",
                "Policy",
                "Prometheus",
                "Replay",
                "Reports",
                "SelfManagedCertificates",
                "Serving",
                "TLS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // Test support
        .target(name: "TestCheckout", path: "Tests/TestCheckout"),
        .target(name: "TestPatience", path: "Tests/TestPatience"),
        .target(name: "TestRandomness", path: "Tests/TestRandomness"),
        .target(name: "TestWire", path: "Tests/TestWire"),
        .target(
            name: "PolicyTestSupport",
            dependencies: ["AdmissionAPI", "AgentRuns", "JSONPull", "Policy", "TestCheckout", "YAMLPull"],
            path: "Tests/PolicyTestSupport"
        ),
        .target(name: "SimulationSupport", dependencies: ["TestRandomness"], path: "Tests/SimulationSupport"),
        .target(
            name: "TestPrograms",
            dependencies: [
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestPrograms"
        ),
        .target(
            name: "FakeAPIServer",
            dependencies: [
                "Digest",
                "TLS",
                "TestCheckout",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/FakeAPIServer"
        ),
        .executableTarget(
            name: "fake-apiserver",
            dependencies: [
                "FakeAPIServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Tests/FakeAPIServerTool"
        ),
        .target(
            name: "FakeCollector",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                "TLS",
            ],
            path: "Tests/FakeCollector"
        ),
        .testTarget(
            name: "FakeAPIServerTests",
            dependencies: [
                "FakeAPIServer",
                "KubernetesClient",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                "TestPatience",
            ]
        ),

        .testTarget(
            name: "ClusterStateTests",
            dependencies: ["AgentRuns", "ClusterState", "JSONPull", "Policy", "TestRandomness", "TestPatience"]
        ),
        .testTarget(
            name: "ClaimsSimulationTests",
            dependencies: [
                "AdmissionServer",
                "AgentRuns",
                "ClusterState",
                "JSONPull",
                "KubernetesClient",
                "Policy",
                "SimulationSupport",
                "TestPatience",
                "TestRandomness",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "SimulatedYearTests",
            dependencies: [
                "AdmissionServer",
                "AgentRuns",
                "ClusterState",
                "JSONPull",
                "KubernetesClient",
                "Policy",
                "SelfManagedCertificates",
                "SimulationSupport",
                "TLS",
                "TestPatience",
                "TestRandomness",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "CNghttp2",
                "HTTPServer",
                "TLS",
                "TestCheckout",
                "TestRandomness",
                "TestWire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "JSONPullTests",
            dependencies: ["JSONPull", "TestCheckout", "TestRandomness", "TestPatience"]
        ),
        .testTarget(
            name: "YAMLPullTests",
            dependencies: ["JSONPull", "TestPrograms", "TestRandomness", "YAMLPull", "TestPatience"]
        ),
        .testTarget(
            name: "ManifestEditsTests",
            dependencies: ["JSONPull", "ManifestEdits", "TestPatience", "TestRandomness", "YAMLPull"]
        ),
        .testTarget(name: "KubernetesClientTests", dependencies: ["JSONPull", "KubernetesClient", "TestPatience"]),
        .testTarget(name: "ArchitectureTests", dependencies: ["TestCheckout"]),
        .testTarget(
            name: "OpenTelemetryTests",
            dependencies: [
                "FakeCollector",
                "HTTPServer",
                "KubernetesClient",
                "OpenTelemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "PrometheusTests",
            dependencies: [
                "Prometheus",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]
        ),
        .testTarget(
            name: "CustomResourcesTests",
            dependencies: ["CustomResources", "JSONPull", "TestRandomness", "TestPatience"]
        ),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "AdmissionAPI", "AgentRuns", "CustomResources", "Digest", "JSONPull", "Policy", "Reports",
                "TestCheckout",
            ]
        ),
        .testTarget(
            name: "OfflineTests",
            dependencies: [
                "AdmissionAPI", "AgentRuns", "ClusterState", "JSONPull", "Offline", "Policy", "Replay", "Reports",
                "TestPatience", "TestPrograms",
            ]
        ),
        .testTarget(
            name: "LanguageServerTests",
            dependencies: ["AgentRuns", "JSONPull", "LanguageServer", "Offline", "Policy"]
        ),
        .testTarget(name: "AdmissionAPITests", dependencies: ["AdmissionAPI", "JSONPull", "TestCheckout"]),
        .testTarget(
            name: "AgentRunsTests",
            dependencies: ["AgentRuns", "Digest", "JSONPull", "TestRandomness", "TestPatience"]
        ),
        .testTarget(
            name: "PolicyTests",
            dependencies: [
                "AdmissionAPI", "AgentRuns", "CustomResources", "Digest", "JSONPull", "Policy", "PolicyTestSupport",
                "TestCheckout", "TestRandomness", "YAMLPull",
                .product(name: "OrderedCollections", package: "swift-collections"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "ReplayTests",
            dependencies: [
                "AdmissionAPI", "AgentRuns", "Digest", "JSONPull", "Policy", "PolicyTestSupport", "Replay",
                .product(name: "OrderedCollections", package: "swift-collections"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "TLSTests",
            dependencies: [
                "COpenSSL",
                "TLS",
                "TestRandomness",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]
        ),
        .testTarget(
            name: "AdmissionServerTests",
            dependencies: [
                "AdmissionServer",
                "AgentRuns",
                "ClusterState",
                "FakeAPIServer",
                "HTTPServer",
                "JSONPull",
                "KubernetesClient",
                "Policy",
                "Prometheus",
                "Replay",
                "TLS",
                "TestCheckout",
                "TestRandomness",
                "TestWire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "SelfManagedCertificatesTests",
            dependencies: [
                "FakeAPIServer",
                "HTTPServer",
                "KubernetesClient",
                "SelfManagedCertificates",
                "TLS",
                "TestRandomness",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "COpenSSL",
                "Digest",
                "FakeAPIServer",
                "TLS",
                "TestCheckout",
                "TestPrograms",
                "TestWire",
                "agentrun-admission",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "AdmissionServer", "ClusterState", "FakeAPIServer", "FakeCollector", "JSONPull", "Offline",
                "Prometheus",
                "Serving",
                "TLS",
                "TestPrograms",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                "TestPatience",
            ]
        ),
        .testTarget(
            name: "DeployTests",
            dependencies: [
                "AdmissionAPI",
                "AdmissionServer",
                "ClusterState",
                "JSONPull",
                "Policy",
                "TestCheckout",
                "TestPrograms",
                "YAMLPull",
                "agentrun-admission",
                "TestPatience",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
            .strictMemorySafety(),
        ]
}

// Ends the life of a local object at its last use instead of at its scope's end, to which the optimiser otherwise keeps: a
// tenth fewer retains and releases a review (docs/performance-aims.md). Only where no weak or unmanaged reference rests on
// what a local variable alone keeps alive, which scripts/lint looks at.
let targetsOfShortLives: Set = [
    "AdmissionAPI", "AdmissionServer", "AgentRuns", "ClusterState", "HTTPServer", "JSONPull", "Policy", "Replay",
    "YAMLPull",
]

for target in package.targets where targetsOfShortLives.contains(target.name) {
    target.swiftSettings?.append(
        .unsafeFlags(["-Xfrontend", "-enable-lexical-lifetimes=false"], .when(configuration: .release))
    )
}
