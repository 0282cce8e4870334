package import AdmissionAPI
package import AgentRuns
internal import JSONPull

/// A review with its objects, if they are AgentRuns, read in one pass over the body.
package struct DecodedReview: Sendable {
    package let review: AdmissionReview
    /// `request.object`.
    package let object: AgentRun?
    /// `request.oldObject`.
    package let oldObject: AgentRun?

    /// Reads a whole body, checking all of it.
    ///
    /// - Throws: ``AdmissionReviewError``, which says what is wrong and where.
    package init(_ body: UnsafeRawBufferPointer) throws(AdmissionReviewError) {
        var (object, oldObject): (AgentRun?, AgentRun?)
        let objects = ObjectReading(if: Self.isAgentRun) { field, reader throws(JSONError) in
            switch field {
            case .object: object = try AgentRun(&reader)
            case .oldObject: oldObject = try AgentRun(&reader)
            }
        }
        let review = try unsafe AdmissionReview.decode(body, objects: objects)
        // Of a repeated key the last counts, and that may have been null.
        self.review = review
        self.object = review.request.object == nil ? nil : object
        self.oldObject = review.request.oldObject == nil ? nil : oldObject
    }

    private static func isAgentRun(_ resource: GroupVersionResource) -> Bool {
        resource.resource == "agentruns" && resource.group == PolicyEngine.group
            && resource.version == PolicyEngine.version
    }
}
