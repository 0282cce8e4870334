import AgentRuns
import Foundation
import JSONPull
import Policy
import Testing
import YAMLPull

/// What the controller would say of every run in `Tests/Corpus`, worked out by hand, against what the engine predicts.
@Suite struct `Corpus` {
    static let folder = `Golden answers`.folder.deletingLastPathComponent().appending(path: "Corpus")

    /// A run as JSON, and what is expected of it.
    struct Run: Sendable, CustomTestStringConvertible {
        var name: String
        var json: [UInt8]
        var february: String
        var august: String

        var testDescription: String { name }
    }

    static let runs: [Run] = {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }.flatMap { file in
            var runs: [Run] = []
            YAMLReader.documents(in: [UInt8]((try? Data(contentsOf: file)) ?? Data())) { document in
                guard let json = try? document.get().json,
                    let object = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any],
                    let metadata = object["metadata"] as? [String: Any],
                    let annotations = metadata["annotations"] as? [String: String],
                    let name = metadata["name"] as? String,
                    let february = annotations["corpus/february"], let august = annotations["corpus/august"]
                else { return }
                runs.append(Run(name: name, json: json, february: february, august: august))
            }
            return runs
        }
    }()

    @Test func `holds at least sixty runs, each named once`() {
        #expect(Self.runs.count >= 60)
        #expect(Set(Self.runs.map(\.name)).count == Self.runs.count)
    }

    @Test(arguments: runs)
    func `ends as the controller would end it`(run: Run) throws {
        let now = try #require(`Golden answers`.now)
        for (generation, expected) in [(Generation.february2026, run.february), (.august2026, run.august)] {
            let state = try FixtureState(folder: Self.folder.appending(path: "state"), generation: generation)
            var policy = AdmissionPolicy.builtIn
            policy.generation = generation
            let verdict = try unsafe run.json.withUnsafeBytes {
                try unsafe PolicyEngine(policy: policy).judge(manifest: $0, state: state, now: now)
            }
            #expect(verdict?.explanation.predicted ?? "none" == expected, "\(generation.rawValue)")
        }
    }
}
