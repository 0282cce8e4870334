import Foundation
import TestPatience
import TestPrograms
import Testing

/// What `check --crds` says of mutated manifests, beside what a real API server says: `kubectl apply --dry-run=server`.
///
/// Runs where `AGENTRUN_ADMISSION_KUBECONFIG` names a cluster and `AGENTRUN_ADMISSION_CRDS` a folder with the controller's
/// definitions, which are applied to it; without `kubectl` on the path, `KUBECTL` names it. What differs is in
/// docs/pull-requests.md.
@Suite(
    .enabled(if: APIServer.kubeconfig != nil && APIServer.definitions != nil, "no cluster is given"),
    .limit(minutes: 10)
)
struct `Objects a real API server` {
    /// Every value of a run that is wrong in no way, replaced by other ones, one at a time.
    private func mutations() throws -> [(name: String, object: [String: Any])] {
        let base = try #require(JSONSerialization.jsonObject(with: Data(Self.run.utf8)) as? [String: Any])
        let others: [(String, Any?)] = [
            ("number", 7), ("text", "Other Text"), ("boolean", true), ("list", ["a"]), ("object", ["a": "b"]),
            ("null", NSNull()),
            ("negative", -1), ("fraction", 1.5), ("long", String(repeating: "x", count: 300)), ("removed", nil),
            ("empty", ""),
            ("objects", [["name": "a"], ["name": "a"]]), ("large", 3_000_000_000),
        ]
        var found: [(name: String, object: [String: Any])] = []
        for path in Self.paths(of: base) where path.first != "apiVersion" && path.first != "kind" {
            for (name, value) in others {
                found.append(("\(path.joined(separator: ".")) \(name)", Self.with(base, path[...], value)))
            }
            found.append(("\(path.joined(separator: ".")) renamed", Self.renamed(base, path[...])))
        }
        // Each of so many, evenly: 200 of all.
        let step = Double(found.count) / 200
        return (0..<200).map { found[Int(Double($0) * step)] }
    }

    private static let run = """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"run","namespace":"default",\
        "labels":{"team":"a"},"annotations":{"note":"b"},"finalizers":["example.com/x"]},"spec":{"agentRef":{"name":"codex"},\
        "implementation":{"inline":{"text":"do","summary":"s","labels":["l"],"source":{"provider":"github","url":"u"},\
        "contract":{"requiredKeys":["k"],"mappings":[{"from":"a","to":"b"}]}}},"parameters":{"repository":"a/b"},\
        "runtime":{"type":"workflow","config":{"x":1}},"secrets":["s"],"ttlSecondsAfterFinished":60,\
        "vcsPolicy":{"mode":"read-write","required":false},"workflow":{"steps":[{"name":"a","timeoutSeconds":5,"retries":1,\
        "parameters":{"k":"v"}}]},"workload":{"image":"i","resources":{"limits":{"cpu":"1"}},\
        "volumes":[{"name":"v","type":"secret","mountPath":"/m","readOnly":true}]}}}
        """

    private static func paths(of value: Any, _ path: [String] = []) -> [[String]] {
        let below: [[String]] =
            if let object = value as? [String: Any] {
                object.sorted { $0.key < $1.key }.flatMap { paths(of: $0.value, path + [$0.key]) }
            } else if let list = value as? [Any] {
                list.indices.flatMap { paths(of: list[$0], path + ["\($0)"]) }
            } else {
                []
            }
        return (path.isEmpty ? [] : [path]) + below
    }

    private static func with(_ value: [String: Any], _ path: ArraySlice<String>, _ new: Any?) -> [String: Any] {
        var value = value
        guard let key = path.first else { return value }
        if path.count == 1 {
            value[key] = new
        } else if let object = value[key] as? [String: Any] {
            value[key] = with(object, path.dropFirst(), new)
        } else if var list = value[key] as? [Any], let index = path.dropFirst().first.flatMap({ Int($0) }) {
            let rest = path.dropFirst(2)
            if let object = list[index] as? [String: Any], !rest.isEmpty {
                list[index] = with(object, rest, new)
            } else if let new {
                list[index] = new
            } else {
                list.remove(at: index)
            }
            value[key] = list
        }
        return value
    }

    private static func renamed(_ base: [String: Any], _ path: ArraySlice<String>) -> [String: Any] {
        guard let last = path.last, Int(last) == nil else { return base }
        return with(with(base, path, nil), path.dropLast() + ["\(last)x"], "v")
    }

    /// `refused`, `unknown` or `taken`.
    private func answers(of folder: Folder) async throws -> [String: String] {
        let off = """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec: { rules: { limits: { action: "Off" } } }
            """
        let policy = try folder.write(off, to: "policy")
        let crds = try #require(APIServer.definitions)
        let program = try await Program.agentrunAdmission(
            ["check", "--isolated", "--crds", crds, "--policy", policy, "--output", "json", folder.path]
        )
        let report = try #require(JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
        var answers: [String: String] = [:]
        for verdict in report["verdicts"] as? [[String: Any]] ?? [] {
            let said = (verdict["apiServer"] as? [[String: Any]] ?? []).compactMap { $0["reason"] as? String }
            let source = try #require(verdict["source"] as? String)
            answers[source] =
                said.contains("InvalidField") ? "refused" : said.contains("UnknownField") ? "unknown" : "taken"
        }
        for problem in report["problems"] as? [[String: Any]] ?? [] {
            if let source = problem["source"] as? String { answers[source] = "refused" }
        }
        return answers
    }

    @Test func `refuses are refused here, and no others`() async throws {
        let folder = try Folder()
        let definitions = try #require(APIServer.definitions)
        let applied = try await APIServer.kubectl("apply", "--server-side", "--force-conflicts", "-f", definitions)
        #expect(applied.status == 0, "\(applied.errors)")
        let waited = try await APIServer.kubectl(
            "wait",
            "--for=condition=Established",
            "crd/agentruns.agents.proompteng.ai"
        )
        #expect(waited.status == 0, "\(waited.errors)")
        let mutations = try mutations()
        for (index, mutation) in mutations.enumerated() {
            let data = try JSONSerialization.data(withJSONObject: mutation.object, options: .sortedKeys)
            try folder.write(Array(data), to: "m\(index).json")
        }
        let answers = try await answers(of: folder)
        var counts: [String: Int] = [:]
        for (index, mutation) in mutations.enumerated() {
            let file = folder.path("m\(index).json")
            let program = try await APIServer.kubectl("apply", "--dry-run=server", "--validate=warn", "-f", file)
            let isUnknown = program.errors.contains("unknown field")
            let real = program.status != 0 ? "refused" : isUnknown ? "unknown" : "taken"
            counts[real, default: 0] += 1
            #expect(answers[file] == real, "\(mutation.name): \(program.errors.prefix(400))")
        }
        print("API server: \(counts)")
    }
}

/// The cluster that is given to compare with.
private enum APIServer {
    static let kubeconfig = ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_KUBECONFIG"]
    static let definitions = ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_CRDS"]

    static func kubectl(_ arguments: String...) async throws -> Program {
        let kubectl = ProcessInfo.processInfo.environment["KUBECTL"] ?? "kubectl"
        return try await Program.run("/usr/bin/env", [kubectl, "--kubeconfig", kubeconfig ?? ""] + arguments)
    }
}
