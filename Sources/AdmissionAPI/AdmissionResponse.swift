private import JSONPull

/// `admission.k8s.io` `AdmissionResponse` of a validating webhook: never a patch.
package struct AdmissionResponse: Equatable, Sendable {
    /// One entry of `auditAnnotations`; no tuple, of which an array is freed through tables.
    package struct AuditAnnotation: Sendable {
        package let key: StaticString
        package let value: String

        package init(_ key: StaticString, _ value: String) {
            (self.key, self.value) = (key, value)
        }
    }

    /// The `uid` of the request that is answered.
    package var uid: String
    package var allowed: Bool
    /// Why not; only of a denial.
    package var status: Status?
    /// Written into the audit event, `<webhook name>/<key>`; at most 63 characters of `[A-Za-z0-9._-]` a key.
    package var auditAnnotations: [AuditAnnotation]
    /// Shown to the user, one line each; the API server drops one with a control character.
    package var warnings: [String]

    package init(
        uid: String,
        allowed: Bool,
        status: Status? = nil,
        auditAnnotations: [AuditAnnotation] = [],
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
    ///
    /// What is not visible of a foreign `uid` or name is escaped, which it is equal to.
    package func encoded(as version: AdmissionReview.Version) -> [UInt8] {
        unsafe withEncoded(as: version) { unsafe [UInt8]($0) }
    }

    /// Lends the same bytes to `body`, which must not keep them.
    package func withEncoded<Result>(
        as version: AdmissionReview.Version,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.member("kind", "AdmissionReview")
        writer.member("apiVersion", version.rawValue)
        writer.key("response")
        write(to: &writer)
        writer.endObject()
        writer.newline()
        return unsafe writer.withBytes { bytes in
            if unsafe VisibleText.isVisible(json: bytes) { return unsafe body(bytes) }
            return unsafe VisibleText.json([UInt8](bytes)).withUnsafeBytes(body)
        }
    }

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("uid", uid)
        writer.key("allowed")
        writer.boolean(allowed)
        if let status {
            writer.key("status")
            status.write(to: &writer)
        }
        if !auditAnnotations.isEmpty {
            writer.key("auditAnnotations")
            writer.beginObject()
            for annotation in auditAnnotations { writer.member(annotation.key, annotation.value) }
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
