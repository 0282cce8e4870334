// swift-tools-version: 6.2

import PackageDescription

// A package of its own: it builds everything anew, with counters of what runs, and only scripts/fuzz needs that. The link
// `Library` brings the server's sources into it, so that the targets see what only the server's own package may.
let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", path: "Library/COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CNghttp2", path: "Library/CNghttp2", pkgConfig: "libnghttp2"),
        .systemLibrary(name: "CYaml", path: "Library/CYaml", pkgConfig: "yaml-0.1"),
        .systemLibrary(name: "CSpawn", path: "Library/CSpawn"),
        .systemLibrary(name: "CVector", path: "Library/CVector"),
        .systemLibrary(name: "CLibFuzzer"),

        counted("Digest", ["COpenSSL"]),
        counted("CivilTime", []),
        counted("JSONPull", ["CVector"]),
        counted("YAMLPull", ["CYaml", "JSONPull"]),
        counted("ManifestEdits", ["JSONPull", "YAMLPull"]),
        counted("AdmissionAPI", ["JSONPull"]),
        counted(
            "AgentRuns",
            [
                "CivilTime", "JSONPull", "Digest",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        counted(
            "Policy",
            [
                "AgentRuns", "AdmissionAPI", "JSONPull", "YAMLPull", "Digest",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        counted(
            "Replay",
            [
                "AdmissionAPI", "AgentRuns", "Digest", "JSONPull", "Policy",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        counted("ClusterState", ["AgentRuns", "CivilTime", "Digest", "Policy", "JSONPull", "YAMLPull"]),
        counted("TLS", ["COpenSSL", "CivilTime", nio("NIOCore")]),
        counted(
            "HTTPServer",
            ["CNghttp2", "TLS", log, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix")]
        ),
        counted("Prometheus", [.product(name: "CoreMetrics", package: "swift-metrics")]),
        counted(
            "KubernetesClient",
            [
                "CSpawn", "CivilTime", "JSONPull", "TLS", "YAMLPull", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
            ]
        ),
        counted("OpenTelemetry", ["HTTPServer", "JSONPull", "KubernetesClient", log, tracing, nio("NIOCore")]),
        counted(
            "AdmissionServer",
            [
                "AdmissionAPI", "AgentRuns", "ClusterState", "Digest", "HTTPServer", "JSONPull", "KubernetesClient",
                "OpenTelemetry", "Policy", "Prometheus", "Replay", "TLS", log, tracing, nio("NIOCore"), nio("NIOPosix"),
            ]
        ),
        counted("CustomResources", ["JSONPull"]),
        counted("Reports", ["AdmissionAPI", "AgentRuns", "CustomResources", "Digest", "JSONPull", "Policy"]),
        counted(
            "Offline",
            [
                "AdmissionAPI", "AgentRuns", "ClusterState", "CustomResources", "JSONPull", "ManifestEdits", "Policy",
                "Replay", "Reports",
            ]
        ),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "AdmissionAPI", "AdmissionServer", "AgentRuns", "CLibFuzzer", "ClusterState", "HTTPServer", "JSONPull",
                "KubernetesClient", "Offline", "Policy", "Replay", "Reports", "TLS", "YAMLPull", log, nio("NIOCore"),
                nio("NIOEmbedded"),
            ],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]
        ),
    ],
    swiftLanguageModes: [.v6]
)

var log: Target.Dependency { .product(name: "Logging", package: "swift-log") }

var tracing: Target.Dependency { .product(name: "Tracing", package: "swift-distributed-tracing") }

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

/// A target of the server's, with counters, and with its internals to be seen.
func counted(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Library/\(name)",
        swiftSettings: [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])]
    )
}

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
