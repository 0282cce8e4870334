internal import AgentRuns
internal import ClusterState
internal import JSONPull
import YAMLPull

/// YAML as JSON, and the objects of a manifest in it.
struct YAMLTarget: FuzzTarget {
    static let name = "yaml"
    static let maximumBytes = 16 << 10
    static let vocabulary = Vocabulary(
        sources: ["Sources/JSONPull", "Sources/ClusterState/Manifests"],
        tokens: Vocabulary.yaml
    )

    static func writeSeeds(_ seeds: SeedFiles) throws {
        for folder in ["Tests/Corpus", "Tests/Golden", "deploy", "docs", "Tests/EndToEnd"] {
            for (name, bytes) in try seeds.contents(folder, ".yaml", upTo: maximumBytes) {
                try seeds.write(bytes, as: "\(folder)-\(name)")
            }
        }
        for (name, bytes) in try seeds.contents("Tests/Golden/requests", ".json", upTo: 4 << 10) {
            try seeds.write(bytes, as: name)
        }
        try seeds.write(
            "a: &a [1, 0x1f, 0o7, 1_0, .inf, ~, yes, 2001-01-01, !!binary aGk=]\nb: *a\n<<: {c: 1}\n",
            as: "types"
        )
        try seeds.write("- |\n text\n- >-\n  folded\n  on\n- \"\\x41\\u00e9\\n\"\n- 'it''s'\n? k\n: v\n", as: "scalars")
    }

    private var limits: YAMLLimits {
        var limits = YAMLLimits()
        limits.maximumJSONBytes = 1 << 20
        return limits
    }

    func run(_ input: [UInt8]) {
        YAMLReader.documents(in: input, limits: limits) { result in
            switch result {
            case .failure(let error):
                require(error.position.line >= 1 && error.position.column >= 1, "\(error)")
                requireVisible(error.description)
            case .success(let document): check(document)
            }
        }
        ManifestReader.objects(in: input, file: "input.yaml") { item in
            switch item {
            case .problem(let problem), .refused(let problem), .noObject(let problem):
                requireVisible(problem.description)
            case .object(let object): _ = unsafe object.origin.positions(ofOffsets: [nil, 0], in: object.json)
            }
        }
        // As `--state` and `check` read it.
        var manifests = LoadedManifests(
            projection: RunProjection(repositoryOptions: .init(), generation: .february2026)
        )
        manifests.add(input, of: .input)
        for problem in manifests.report.problems { requireVisible(problem.description) }
    }

    private func check(_ document: YAMLDocument) {
        require(document.json.count <= limits.maximumJSONBytes, "\(document.json.count) bytes of JSON")
        require(document.warnings.count <= limits.maximumWarnings, "\(document.warnings.count) warnings")
        for warning in document.warnings { requireVisible(warning.description) }
        let written = try? JSONReader.read(document.json) { reader throws(JSONError) in try JSONValue(&reader).written }
        require(written == document.json, "\(document.json.text) is written as \(written?.text ?? "no JSON")")
        for offset in [0, document.json.count / 2, document.json.count - 1] {
            let position = document.position(ofJSONOffset: offset)
            require(position.line >= 1 && position.column >= 1, "offset \(offset) is at \(position)")
        }
        // JSON is YAML, which kubectl reads with the same reader; but for the characters that are line ends in YAML 1.1 alone.
        guard !document.json.text.unicodeScalars.contains(where: { [0x85, 0x2028, 0x2029].contains($0.value) }) else {
            return
        }
        YAMLReader.documents(in: document.json) { result in
            guard case .success(let again) = result else { return }
            require(again.json == document.json, "\(document.json.text) is read as \(again.json.text)")
        }
    }
}
