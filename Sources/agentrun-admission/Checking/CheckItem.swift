internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import Policy

/// An object or a review to be judged.
struct CheckItem {
    enum Kind {
        case object
        case review
    }

    /// What came of it.
    enum Outcome {
        case judged(Verdict, AdmissionReview.Version)
        /// Not of a kind that is judged.
        case skipped
        case errored(AdmissionReviewError)
    }

    let kind: Kind
    /// The file as given, or `-`.
    let source: String
    /// Its kind when it is neither judged nor looked up: `ConfigMap (v1)`.
    let foreignKind: String?
    /// Whether it has a `status`.
    private let hasStatus: Bool
    /// What the state calls it; nil when it is not in it.
    var keyInState: ObjectKey?
    private let json: [UInt8]
    private let origin: ManifestOrigin

    init(_ object: ManifestObject, source: String) {
        let isReview = object.group == "admission.k8s.io" && object.kind == "AdmissionReview"
        kind = isReview ? .review : .object
        self.source = source
        origin = object.origin
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
    var start: SourcePosition { origin.start }

    /// Where in the file the field of each of `findings` is, or the innermost part of it that is there.
    func positions(of findings: [Finding]) -> [SourcePosition] {
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
    func known(in state: ClusterStore?) -> KnownManifest {
        let isOver = !hasStatus && keyInState.map { state?.isOver($0) ?? false } ?? false
        return KnownManifest(nameInState: keyInState?.name, isOver: isOver)
    }

    /// Lends the object's JSON.
    func withJSON<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try unsafe json.withUnsafeBytes(body)
    }

    /// Judges an object as created by nobody, in `namespace` unless it names one, a review as sent;
    /// `now` is the time, nil for the clock's.
    func judged(by engine: PolicyEngine, state: ClusterStore?, namespace: ExactString, now: Timestamp? = nil) -> Outcome
    {
        let now = now ?? Clocks.wall()
        // The bytes are lent to the engine.
        return unsafe json.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                guard kind == .review else {
                    let verdict = try unsafe engine.judge(
                        manifest: bytes,
                        namespace: namespace,
                        known: known(in: state),
                        state: state,
                        now: now
                    )
                    return verdict.map { .judged($0, .v1) } ?? .skipped
                }
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: state, now: now)
                return .judged(verdict, decoded.review.version)
            } catch {
                return .errored(error)
            }
        }
    }
}
