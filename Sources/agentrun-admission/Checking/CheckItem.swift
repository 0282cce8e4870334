internal import AdmissionAPI
internal import ClusterState
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
    /// Where in the file it starts, from 1.
    let line: Int
    /// Its kind when it is neither judged nor looked up: `ConfigMap (v1)`.
    let foreignKind: String?
    private let json: [UInt8]

    init(_ object: ManifestObject, source: String) {
        let isReview = object.group == "admission.k8s.io" && object.kind == "AdmissionReview"
        kind = isReview ? .review : .object
        self.source = source
        line = object.line
        let isForeign = !isReview && ClusterKind(group: object.group, kind: object.kind) == nil
        foreignKind = isForeign ? Self.kind(of: object) : nil
        // A copy: the object is lent.
        json = unsafe Array(object.json)
    }

    private static func kind(of object: ManifestObject) -> String {
        let version = object.group.isEmpty ? object.version : "\(object.group)/\(object.version)"
        return object.kind.isEmpty ? "no kind" : "\(object.kind) (\(version))"
    }

    /// Judges an object as created by nobody, a review as sent.
    func judged(by engine: PolicyEngine, state: ClusterStore?) -> Outcome {
        // The bytes are lent to the engine.
        unsafe json.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                guard kind == .review else {
                    let verdict = try unsafe engine.judge(manifest: bytes, state: state, now: Clocks.wall())
                    return verdict.map { .judged($0, .v1) } ?? .skipped
                }
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: state, now: Clocks.wall())
                return .judged(verdict, decoded.review.version)
            } catch {
                return .errored(error)
            }
        }
    }
}
