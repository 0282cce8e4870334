package import KubernetesClient

/// Why marks could not be read or written.
package struct MarksFailure: Error, CustomStringConvertible {
    /// What failed, where, and what to do.
    package var description: String
    /// What makes it the same as another.
    package var cause: FailureCause
    /// How a write that failed so is counted.
    var result: MarkWriteResult
    /// What the API server asked for.
    var retryAfterMilliseconds: Int64?

    /// Every ConfigMap has as many marks as it may.
    static let full = MarksFailure(
        description:
            "all \(MarksObject.count) ConfigMaps are full (\(MarksObject.maximumMarks) marks each): marks of runs that "
            + "are over are removed by the audit, so see that it runs (--audit-interval), or delete the ConfigMaps "
            + "\(MarksObject.name(0)) to \(MarksObject.name(MarksObject.count - 1)), after which runs of before count as not "
            + "reviewed",
        cause: FailureCause("full"),
        result: .full
    )

    /// Somebody else was faster, again and again.
    static func contended(_ index: Int) -> MarksFailure {
        MarksFailure(
            description:
                "ConfigMap \"\(MarksObject.name(index))\" is changed by somebody else whenever it is written; see who "
                + "else writes it",
            cause: FailureCause("contended"),
            result: .failed
        )
    }

    /// What the API server said to a request, or that it did not answer.
    init(_ verb: String, _ index: Int, namespace: String, _ error: RequestError) {
        let name = MarksObject.name(index)
        let head = "cannot \(verb) configmaps \"\(name)\" in namespace \"\(namespace)\": \(error)"
        cause = error.cause.of("\(verb) configmaps")
        guard case .status(let status) = error else {
            (description, result) = (head, .failed)
            return
        }
        retryAfterMilliseconds = status.retryAfterSeconds.map { Int64($0) * 1000 }
        switch status.code {
        case 401: (description, result) = ("\(head); renew the token or client certificate", .forbidden)
        case 403:
            let last = MarksObject.name(MarksObject.count - 1)
            description =
                "\(head); grant the verbs get and update on configmaps \"\(MarksObject.name(0))\" to \"\(last)\" and create on "
                + "configmaps in that namespace to the webhook's service account, as deploy/base/rbac.yaml does"
            result = .forbidden
        case 404:
            description = "\(head); check that the namespace exists and --claims-namespace names it"
            result = .failed
        case 429: (description, result) = (head, .throttled)
        default: (description, result) = (head, .failed)
        }
    }

    private init(description: String, cause: FailureCause, result: MarkWriteResult) {
        (self.description, self.cause, self.result) = (description, cause, result)
    }
}
