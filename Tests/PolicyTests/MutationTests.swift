import AdmissionAPI
import AgentRuns
import Foundation
import JSONPull
import Policy
import PolicyTestSupport
import TestPatience
import TestRandomness
import Testing

/// Objects nobody wrote that way: a schema is not always there to refuse them.
@Suite(.apart) struct `Mutated objects` {
    /// Small recordings: a mutation of a megabyte tests nothing that one of a kilobyte does not.
    private static let names: [String] = {
        let folder = Examples.golden.appending(path: "requests")
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.fileSizeKey])) ?? []
        return files.filter {
            $0.pathExtension == "json" && ((try? $0.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? .max) < 20_000
        }
        .map { $0.deletingPathExtension().lastPathComponent }.sorted()
    }()

    private static var values: [Any] {
        [
            NSNull(), true, false, 0, -1, 1.5, 1e300, "", " ", "x", "\u{0}", "é", [Any](), ["x", 1] as [Any],
            [String: Any](),
            ["name": "x"], ["name": 7], "${x} {{ y }} $z", String(repeating: "a", count: 300),
            "https://evil.example/o/r.git",
        ]
    }

    /// The value with one thing in it changed: dropped, retyped, nulled or moved elsewhere.
    private func mutated(_ value: Any, depth: Int, _ random: inout SplitMix) -> Any {
        if let object = value as? [String: Any], !object.isEmpty, depth > 0 {
            var object = object
            let key = object.keys.sorted()[Int.random(in: 0..<object.count, using: &random)]
            switch Int.random(in: 0..<8, using: &random) {
            case 0: object[key] = nil
            case 1: object[key] = Self.values.randomElement(using: &random)
            case 2: object["unknown"] = object[key]
            default: object[key] = object[key].map { mutated($0, depth: depth - 1, &random) }
            }
            return object
        }
        if let list = value as? [Any], !list.isEmpty, depth > 0 {
            var list = list
            let index = Int.random(in: 0..<list.count, using: &random)
            if Bool.random(using: &random) {
                list[index] = mutated(list[index], depth: depth - 1, &random)
            } else {
                list.append(list[index])
            }
            return list
        }
        return Self.values.randomElement(using: &random) ?? NSNull()
    }

    @Test(arguments: 0..<8)
    func `get a verdict every time`(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let folder = Examples.golden
        let policies = try ["default", "strict", "2026-08"].map { name in
            let file = folder.appending(path: "\(name).policy.yaml")
            let all = String(decoding: try Data(contentsOf: file), as: UTF8.self).replacing(
                "{ action: Off }",
                with: "{}"
            )
            return try AdmissionPolicy.load(Array(all.utf8), file: name)
        }
        let states = try policies.map { policy in
            try FixtureState(folder: folder.appending(path: "strict.state"), generation: policy.generation)
        }
        let now = Examples.now
        #expect(Self.names.count > 50)
        for name in Self.names {
            let body = try Data(contentsOf: folder.appending(path: "requests/\(name).json"))
            guard var review = try? JSONSerialization.jsonObject(with: body) as? [String: Any],
                var request = review["request"] as? [String: Any]
            else { continue }
            for key in ["object", "oldObject"] where request[key] is [String: Any] {
                for _ in 0..<3 { request[key] = mutated(request[key] ?? NSNull(), depth: 9, &random) }
            }
            if request["operation"] as? String != "DELETE", !(request["object"] is [String: Any]) { continue }
            if request["operation"] as? String == "UPDATE", !(request["oldObject"] is [String: Any]) { continue }
            review["request"] = request
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: review))
            for (policy, state) in zip(policies, states) {
                let verdict = try unsafe bytes.withUnsafeBytes { bytes in
                    let decoded = try unsafe DecodedReview(bytes)
                    return try unsafe PolicyEngine(policy: policy).judge(decoded, body: bytes, state: state, now: now)
                }
                #expect(!verdict.findings.contains { $0.reason == .ruleFailed }, "seed \(seed), \(name)")
                let lines = verdict.findings.flatMap { $0.line.unicodeScalars }
                #expect(lines.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "seed \(seed), \(name)")
            }
        }
    }
}
