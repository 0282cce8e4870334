package import Foundation
internal import YAMLPull

/// A run of `Tests/Corpus` as JSON, and what the controller would say of it.
package struct CorpusRun: Sendable, CustomStringConvertible {
    package var name: String
    package var json: [UInt8]
    /// How it ends with generation 2026-02.
    package var february: String
    /// The same with 2026-08.
    package var august: String

    package var description: String { name }

    /// The cluster they are judged in.
    package static let stateFolder = Examples.corpus.appending(path: "state")

    /// All of them, by file and place.
    package static let all: [CorpusRun] = {
        let files =
            (try? FileManager.default.contentsOfDirectory(at: Examples.corpus, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }.flatMap { file in
            var runs: [CorpusRun] = []
            YAMLReader.documents(in: [UInt8]((try? Data(contentsOf: file)) ?? Data())) { document in
                guard let json = try? document.get().json,
                    let object = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any],
                    let metadata = object["metadata"] as? [String: Any],
                    let annotations = metadata["annotations"] as? [String: String],
                    let name = metadata["name"] as? String,
                    let february = annotations["corpus/february"], let august = annotations["corpus/august"]
                else { return }
                runs.append(CorpusRun(name: name, json: json, february: february, august: august))
            }
            return runs
        }
    }()
}
