internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

/// What an update changes of a spec, for objects that, with texts withheld, do not tell.
package struct SpecChange: Sendable {
    /// Whether the specs differ as JSON.
    package let isSpecChanged: Bool
    /// See ``RunUpdate/changedFields``.
    package let fields: [RunUpdate.Field]

    /// Nil unless the review is an update that is looked at.
    package init?(_ decoded: DecodedReview, _ body: UnsafeRawBufferPointer) {
        let request = decoded.review.request
        guard let kind = decoded.judgedKind, request.operation == .update, let object = request.object,
            let oldObject = request.oldObject
        else { return nil }
        if kind == .agentRun, let run = decoded.object, let old = decoded.oldObject {
            isSpecChanged = unsafe !PolicyEngine.isSpecUnchanged(body, run.specRange, old.specRange)
            fields = unsafe isSpecChanged ? RunUpdate(body, from: old, to: run).changedFields : []
        } else {
            let (new, old) = unsafe (PolicyEngine.spec(body, object), PolicyEngine.spec(body, oldObject))
            isSpecChanged = unsafe !PolicyEngine.isSpecUnchanged(body, new, old)
            fields = []
        }
    }

    /// What somebody told who saw both objects whole.
    package init(isSpecChanged: Bool, fields: [RunUpdate.Field]) {
        (self.isSpecChanged, self.fields) = (isSpecChanged, fields)
    }
}
