private import JSONPull

/// `admission.k8s.io` `AdmissionResponse` of a validating webhook: never a patch.
package struct AdmissionResponse: Equatable, Sendable {
    /// The `uid` of the request that is answered.
    package var uid: String
    package var allowed: Bool
    /// Why not; only of a denial.
    package var status: Status?
    /// Written into the audit event, `<webhook name>/<key>`; at most 63 characters of `[A-Za-z0-9._-]` a key.
    package var auditAnnotations: [(key: StaticString, value: String)]
    /// Shown to the user, one line each; the API server drops one with a control character.
    package var warnings: [String]

    package init(
        uid: String,
        allowed: Bool,
        status: Status? = nil,
        auditAnnotations: [(key: StaticString, value: String)] = [],
        warnings: [String] = []
    ) {
        self.uid = uid
        self.allowed = allowed
        self.status = status
        self.auditAnnotations = auditAnnotations
        self.warnings = warnings
    }

    package static func == (lhs: AdmissionResponse, rhs: AdmissionResponse) -> Bool {
        lhs.encoded(as: .v1) == rhs.encoded(as: .v1)
    }
}

extension AdmissionResponse {
    /// The answer as an AdmissionReview of `version`: compact JSON and a final newline.
    package func encoded(as version: AdmissionReview.Version) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.key("kind")
        writer.string("AdmissionReview")
        writer.key("apiVersion")
        writer.string(version.rawValue)
        writer.key("response")
        write(to: &writer)
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("uid")
        writer.string(uid)
        writer.key("allowed")
        writer.boolean(allowed)
        if let status {
            writer.key("status")
            status.write(to: &writer)
        }
        if !auditAnnotations.isEmpty {
            writer.key("auditAnnotations")
            writer.beginObject()
            for annotation in auditAnnotations {
                writer.key(annotation.key)
                writer.string(annotation.value)
            }
            writer.endObject()
        }
        if !warnings.isEmpty {
            writer.key("warnings")
            writer.beginArray()
            for warning in warnings { writer.string(warning) }
            writer.endArray()
        }
        writer.endObject()
    }
}
