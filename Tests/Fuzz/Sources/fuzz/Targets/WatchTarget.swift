internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import KubernetesClient
internal import Policy

/// The body of a watch, in pieces and at once, and what it makes of the cluster state; and the same bytes as a list.
///
/// The first byte chooses the kind of the objects and the size of the pieces.
struct WatchTarget: FuzzTarget {
    static let name = "watch"
    static let maximumBytes = 32 << 10
    static let vocabulary = Vocabulary(
        sources: ["Sources/KubernetesClient/API", "Sources/ClusterState", "Sources/AgentRuns"],
        tokens: Vocabulary.json
    )

    static func writeSeeds(_ seeds: SeedFiles) throws {
        for (file, bytes) in try seeds.contents("Tests", ".yaml", upTo: 32 << 10)
        where file.utf8.starts(with: "Golden/strict.state".utf8) || file.utf8.starts(with: "Corpus/".utf8) {
            var lines: [UInt8] = []
            var items: [[UInt8]] = []
            ManifestReader.objects(in: bytes, file: file) { item in
                guard case .object(let object) = item else { return }
                let json = unsafe [UInt8](object.json)
                let item = json.text.replacing(
                    #""metadata":{"#,
                    with: #""metadata":{"resourceVersion":"7","#,
                    maxReplacements: 1
                )
                items.append(Array(item.utf8))
                lines += Array(#"{"type":"ADDED","object":\#(item)}\#n"#.utf8)
                lines += Array(
                    #"{"type":"\#(items.count.isMultiple(of: 2) ? "DELETED" : "MODIFIED")","object":\#(item)}\#n"#.utf8
                )
            }
            let kind = UInt8(file.utf8.count % ClusterKind.allCases.count)
            try seeds.write([kind] + lines.prefix(maximumBytes - 1), as: "watch-\(file)")
            let list = Array(
                #"{"kind":"List","metadata":{"resourceVersion":"9","continue":"x","remainingItemCount":3},"items":["#
                    .utf8
            )
            try seeds.write([kind] + list + items.joined(separator: [0x2C]) + Array("]}".utf8), as: "list-\(file)")
        }
        let lines = """
            {"type":"BOOKMARK","object":{"kind":"AgentRun","metadata":{"resourceVersion":"12"}}}

            {"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old","details":\
            {"retryAfterSeconds":2}}}

            """
        for kind in ClusterKind.allCases.indices {
            try seeds.write([UInt8(kind)] + Array(lines.utf8), as: "end-\(kind)")
        }
    }

    func run(_ input: [UInt8]) {
        let control = Int(input.first ?? 0)
        let kind = ClusterKind.allCases[control % ClusterKind.allCases.count]
        let body = Array(input.dropFirst())
        let pieceBytes = 1 + control / ClusterKind.allCases.count * 7
        let (lines, problem) = Self.lines(body, pieceBytes: body.count)
        let (pieced, piecedProblem) = Self.lines(body, pieceBytes: pieceBytes)
        require(lines == pieced && problem == piecedProblem, "pieces of \(pieceBytes) make \(pieced.map(\.text))")
        Self.apply(lines, kind)
        Self.list(body, kind)
    }

    private static func lines(_ body: [UInt8], pieceBytes: Int) -> (lines: [[UInt8]], problem: AnswerProblem?) {
        var watch = WatchLines(maximumLineBytes: 16 << 10)
        var lines: [[UInt8]] = []
        do throws(AnswerProblem) {
            var rest = body[...]
            while !rest.isEmpty {
                watch.append(rest.prefix(pieceBytes))
                rest = rest.dropFirst(pieceBytes)
                while let line = try watch.next() { lines.append(line) }
            }
            try watch.finish()
            return (lines, nil)
        } catch {
            requireVisible(error.description)
            return (lines, error)
        }
    }

    /// Every event as the server takes it; then everything deleted again, and nothing is left.
    private static func apply(_ lines: [[UInt8]], _ kind: ClusterKind) {
        let source = ClusterSource(kind: kind, namespace: nil)
        let store = ClusterStore(
            repositoryOptions: .init(),
            generation: .february2026,
            owner: .cluster([source]),
            clock: { 0 }
        )
        var deletions: [ClusterChange] = []
        for line in lines {
            do throws(AnswerProblem) {
                let event = try WatchEvent.decode(line)
                switch event {
                case .added(let item), .modified(let item), .deleted(let item):
                    require(line.indices.contains(item.object.lowerBound), "an object at \(item.object)")
                    let isDeleted = if case .deleted = event { true } else { false }
                    unsafe line.withUnsafeBytes { bytes in
                        let json = unsafe UnsafeRawBufferPointer(rebasing: bytes[item.object])
                        let projection = store.projection
                        let change = unsafe ClusterChange(
                            isDeleted ? .delete : .put,
                            json,
                            of: source,
                            projection: projection
                        )
                        if let change { store.apply([change], of: source, heardAt: 0) }
                        if let deletion = unsafe ClusterChange(.delete, json, of: source, projection: projection) {
                            deletions.append(deletion)
                        }
                    }
                case .bookmark: break
                case .error(let status): requireVisible(status.description)
                }
            } catch {
                requireVisible(error.description)
            }
        }
        store.apply(deletions, of: source, heardAt: 0)
        require(store.count(of: kind) == 0, "\(store.count(of: kind)) are left of \(kind)")
    }

    private static func list(_ body: [UInt8], _ kind: ClusterKind) {
        do throws(AnswerProblem) {
            let page = try ListPage.decode(body)
            let source = ClusterSource(kind: kind, namespace: nil)
            let store = ClusterStore(
                repositoryOptions: .init(),
                generation: .august2026,
                owner: .cluster([source]),
                clock: { 0 }
            )
            var staged = store.stage(source)
            staged.reserve(page.remainingItemCount)
            unsafe body.withUnsafeBytes { bytes in
                for item in page.items { unsafe staged.add(UnsafeRawBufferPointer(rebasing: bytes[item])) }
            }
            require(staged.count + staged.unreadableCount <= page.items.count, "more objects than items")
            store.replace(with: staged, heardAt: 0)
        } catch {
            requireVisible(error.description)
        }
        let status = APIStatus.decode(code: 500, contentType: "application/json", retryAfter: "3", body: body)
        requireVisible(status.description)
    }
}
