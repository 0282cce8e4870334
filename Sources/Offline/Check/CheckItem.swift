package import AdmissionAPI
package import AgentRuns
package import ClusterState
package import CustomResources
package import JSONPull
package import Policy
package import Reports

/// An object or a review to be judged.
package struct CheckItem {
    package enum Kind {
        case object
        case review
    }

    /// What came of it.
    package enum Outcome {
        case judged(JudgedObject)
        /// Not of a kind that is judged.
        case skipped
        case errored(AdmissionReviewError)
    }

    package let kind: Kind
    /// The file as given, or `-`.
    package let source: String
    /// Its kind when it is neither judged nor looked up: `ConfigMap (v1)`.
    package let foreignKind: String?
    /// Whether it has a `status`.
    private let hasStatus: Bool
    /// What the state calls it; nil when it is not in it.
    var keyInState: ObjectKey?
    private let group: ExactString
    private let version: ExactString
    private let kindName: ExactString
    private let json: [UInt8]
    private let origin: ManifestOrigin

    package init(_ object: ManifestObject, source: String) {
        let isReview = object.group == "admission.k8s.io" && object.kind == "AdmissionReview"
        kind = isReview ? .review : .object
        self.source = source
        origin = object.origin
        group = ExactString(object.group)
        version = ExactString(object.version)
        kindName = ExactString(object.kind)
        hasStatus = object.hasStatus
        let isForeign = !isReview && ClusterKind(group: object.group, kind: object.kind) == nil
        foreignKind = isForeign ? Self.kind(of: object) : nil
        // A copy: the object is lent.
        json = unsafe Array(object.json)
    }

    private static func kind(of object: ManifestObject) -> String {
        let version = object.group.isEmpty ? object.version : "\(object.group)/\(object.version)"
        let kind = ExactString(object.kind).visible
        return kind.isEmpty ? "no kind" : "\(kind) (\(ExactString(version).visible))"
    }

    /// Where in the file it starts.
    package var start: SourcePosition { origin.start }

    /// Where in the file the field of each of `findings` is, or the innermost part of it that is there.
    package func positions(of findings: [Finding]) -> [SourcePosition] {
        if findings.isEmpty { return [] }
        let paths = findings.map { finding in
            guard let field = finding.path?.key.path, !field.isEmpty else { return "" }
            return kind == .review ? "request.object.\(field)" : field.string
        }
        // The bytes are lent to the look-up.
        return unsafe json.withUnsafeBytes { bytes in
            let offsets = unsafe JSONPath.places(of: paths, in: bytes).map { $0.pointer.isEmpty ? nil : $0.offset }
            return unsafe origin.positions(ofOffsets: offsets, in: bytes)
        }
    }

    /// What is known of it beside what it says.
    package func known(in state: ClusterStore?) -> KnownManifest {
        let isOver = !hasStatus && keyInState.map { state?.isOver($0) ?? false } ?? false
        return KnownManifest(nameInState: keyInState?.name, isOver: isOver)
    }

    /// Lends the object's JSON.
    package func withJSON<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try unsafe json.withUnsafeBytes(body)
    }

    /// What came of it and where it is; `object` is where in a review the object stands.
    package func judged(
        _ verdict: Verdict,
        as version: AdmissionReview.Version,
        object: Range<Int>? = nil,
        apiServer: [ToldFinding] = []
    ) -> JudgedObject {
        JudgedObject(
            source: source,
            start: start,
            isReview: kind == .review,
            verdict: verdict,
            version: version,
            positions: positions(of: verdict.findings),
            patches: patches(for: verdict.findings, in: object ?? json.indices),
            apiServer: apiServer
        )
    }

    /// What puts each of `findings` right in the object that is at `range`.
    private func patches(for findings: [Finding], in range: Range<Int>) -> [JSONPatch] {
        if findings.isEmpty { return [] }
        // The bytes are lent for the look.
        return unsafe json.withUnsafeBytes { bytes in
            let object = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
            return unsafe PatchSuggestion(for: findings, in: object).parts
        }
    }

    /// What the API server itself would say of it, as far as `definitions` know its kind.
    func apiServerFindings(by definitions: KindDefinitions?) -> [ToldFinding] {
        guard kind == .object, let definitions else { return [] }
        // The bytes are lent for the look.
        return unsafe json.withUnsafeBytes { bytes -> [ToldFinding] in
            let faults = unsafe definitions.faults(in: bytes, group: group, version: version, kind: kindName) ?? []
            if faults.isEmpty { return [] }
            let places = unsafe origin.positions(ofOffsets: faults.map { $0.offset == 0 ? nil : $0.offset }, in: bytes)
            let guessed = faults.indices.filter { faults[$0].suggestion != nil }
            let found = unsafe JSONPath.places(of: guessed.map { faults[$0].field }, in: bytes)
            var pointers: [Int: String] = [:]
            // A path may have a key cut, and another one is then found, or none.
            for (index, place) in zip(guessed, found) where place.isExact && place.offset == faults[index].offset {
                pointers[index] = place.pointer
            }
            return faults.indices.map { ToldFinding(faults[$0], at: places[$0], pointer: pointers[$0]) }
        }
    }

    /// Judges an object as created by nobody, in `namespace` unless it names one, a review as sent.
    package func judged(
        by engine: PolicyEngine,
        state: ClusterStore?,
        namespace: ExactString,
        now: Timestamp,
        definitions: KindDefinitions? = nil
    ) -> Outcome {
        let apiServer = apiServerFindings(by: definitions)
        // The bytes are lent to the engine.
        return unsafe json.withUnsafeBytes { bytes -> Outcome in
            do throws(AdmissionReviewError) {
                guard kind == .review else {
                    let verdict = try unsafe engine.judge(
                        manifest: bytes,
                        namespace: namespace,
                        known: known(in: state),
                        state: state,
                        now: now
                    )
                    if let verdict { return .judged(judged(verdict, as: .v1, apiServer: apiServer)) }
                    guard !apiServer.isEmpty else { return .skipped }
                    let unjudged = try unsafe PolicyEngine.verdictWithoutRules(manifest: bytes, namespace: namespace)
                    return .judged(judged(unjudged, as: .v1, apiServer: apiServer))
                }
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: state, now: now)
                return .judged(judged(verdict, as: decoded.review.version, object: decoded.review.request.object))
            } catch {
                return .errored(error)
            }
        }
    }

    /// A problem of the object as such.
    func problem(_ message: String, _ severity: FileProblem.Severity = .error) -> FileProblem {
        FileProblem(severity, file: source, position: start, message: message)
    }
}
