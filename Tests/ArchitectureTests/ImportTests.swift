import Foundation
import TestCheckout
import Testing

/// The arrows of docs/architecture.md section 2, read from the imports of every source file.
@Suite struct `Imports` {
    /// What a target may import of the package's own.
    private static let allowed: [String: Set<String>] = [
        "Digest": ["COpenSSL"],
        "CivilTime": [],
        "JSONPull": ["CVector"],
        "YAMLPull": ["CYaml", "JSONPull"],
        "ManifestEdits": ["JSONPull", "YAMLPull"],
        "AdmissionAPI": ["JSONPull"],
        "AgentRuns": ["CivilTime", "JSONPull", "Digest"],
        "Policy": ["AgentRuns", "AdmissionAPI", "JSONPull", "YAMLPull", "Digest"],
        "Replay": ["AdmissionAPI", "AgentRuns", "Digest", "JSONPull", "Policy"],
        "ClusterState": ["AgentRuns", "CivilTime", "Digest", "Policy", "JSONPull", "YAMLPull"],
        "CustomResources": ["JSONPull"],
        "Reports": ["AdmissionAPI", "AgentRuns", "CustomResources", "Digest", "JSONPull", "Policy"],
        "Offline": [
            "AdmissionAPI", "AgentRuns", "ClusterState", "CustomResources", "JSONPull", "ManifestEdits", "Policy",
            "Replay", "Reports",
        ],
        "LanguageServer": ["JSONPull", "ManifestEdits", "Offline", "Policy", "Reports"],
        "TLS": ["COpenSSL", "CivilTime"],
        "HTTPServer": ["TLS", "CNghttp2"],
        "Prometheus": [],
        "KubernetesClient": ["CSpawn", "CivilTime", "JSONPull", "TLS", "YAMLPull"],
        "SelfManagedCertificates": ["JSONPull", "KubernetesClient", "TLS"],
        "OpenTelemetry": ["HTTPServer", "JSONPull", "KubernetesClient"],
        "AdmissionServer": [
            "AdmissionAPI", "AgentRuns", "ClusterState", "Digest", "HTTPServer", "JSONPull", "KubernetesClient",
            "OpenTelemetry", "Policy", "Prometheus", "Replay", "TLS",
        ],
        "Serving": [
            "AdmissionAPI", "AdmissionServer", "AgentRuns", "CMalloc", "ClusterState", "HTTPServer", "JSONPull",
            "KubernetesClient", "Offline", "OpenTelemetry", "Policy", "Prometheus", "Replay", "Reports",
            "SelfManagedCertificates", "TLS",
        ],
        "agentrun-admission": [
            "AdmissionAPI", "AdmissionServer", "AgentRuns", "ClusterState", "CustomResources", "HTTPServer",
            "JSONPull", "LanguageServer", "Offline", "Policy", "Prometheus", "Replay", "Reports",
            "SelfManagedCertificates", "Serving", "TLS",
        ],
    ]
    private static let pure = [
        "Digest", "CivilTime", "JSONPull", "YAMLPull", "ManifestEdits", "AdmissionAPI", "AgentRuns", "Policy",
        "Prometheus", "Replay", "Reports", "CustomResources",
    ]

    private struct Source {
        var target: String
        var path: String
        var lines: [Substring]

        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 1, index + 1 < words.count else {
                    return nil
                }
                return String(words[index + 1])
            }
        }
    }

    private static func sources() throws -> [Source] {
        let folder = Checkout.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return try files.filter { $0.hasSuffix(".swift") }.map { path in
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            let target = String(path.prefix { $0 != "/" })
            return Source(
                target: target,
                path: path,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false)
            )
        }
    }

    @Test func `point one way`() throws {
        let own = Set(Self.allowed.keys).union(["COpenSSL", "CNghttp2", "CSpawn", "CVector", "CYaml", "CMalloc"])
        let sources = try Self.sources()
        #expect(Set(sources.map(\.target)) == Set(Self.allowed.keys))
        for source in sources {
            let wrong = Set(source.imports).intersection(own).subtracting(Self.allowed[source.target] ?? [])
            #expect(wrong.isEmpty, "\(source.path) imports \(wrong)")
        }
    }

    @Test func `of pure targets are neither NIO nor Foundation`() throws {
        for source in try Self.sources() where Self.pure.contains(source.target) {
            #expect(!source.imports.contains { $0.hasPrefix("NIO") || $0.hasPrefix("Foundation") }, "\(source.path)")
        }
    }

    @Test func `of nghttp2 stay in one folder`() throws {
        for source in try Self.sources() where source.imports.contains("CNghttp2") {
            #expect(source.path.hasPrefix("HTTPServer/HTTP2/"), "\(source.path)")
        }
    }

    @Test func `of libyaml stay in one target`() throws {
        for source in try Self.sources() where source.imports.contains("CYaml") {
            #expect(source.target == "YAMLPull", "\(source.path)")
        }
    }

    @Test func `stand in files a reader can hold`() throws {
        for source in try Self.sources() { #expect(source.lines.count <= 600, "\(source.path)") }
    }
}
