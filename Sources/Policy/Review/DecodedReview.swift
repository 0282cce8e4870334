package import AdmissionAPI
package import AgentRuns
internal import JSONPull

/// A review with its objects, if they are AgentRuns, read in one pass over the body.
///
/// A class because it is large and goes from step to step.
package final class DecodedReview: Sendable {
    package let review: AdmissionReview
    /// `request.object`.
    package let object: AgentRun?
    /// `request.oldObject`.
    package let oldObject: AgentRun?
    /// Where the objects are what a decision log keeps of them; nil where they are themselves.
    let projection: Projection?

    /// Members and elements of maps and lists that are kept of both objects together.
    ///
    /// Each takes up to half a kilobyte, whatever few bytes it has in the body: 100 MB. An object of 256 steps with a dozen
    /// parameters each has 3,400; what etcd takes, 1.5 MB, could have more only if it meant nothing.
    static let maximumKept = 200_000

    /// What makes up for what is not kept.
    struct Projection: Sendable {
        /// What an update changed; nil of anything else.
        let change: RecordedChange?
    }

    /// Reads a whole body, checking all of it.
    ///
    /// - Throws: `AdmissionReviewError`, which says what is wrong and where.
    package convenience init(_ body: UnsafeRawBufferPointer) throws(AdmissionReviewError) {
        try unsafe self.init(body, nil)
    }

    /// Reads a review that a decision log has kept.
    convenience init(projection body: UnsafeRawBufferPointer, change: RecordedChange?) throws(AdmissionReviewError) {
        try unsafe self.init(body, Projection(change: change))
    }

    private init(_ body: UnsafeRawBufferPointer, _ projection: Projection?) throws(AdmissionReviewError) {
        self.projection = projection
        var (object, oldObject): (AgentRun?, AgentRun?)
        let objects = ObjectReading(if: Self.isAgentRun) { field, reader throws(JSONError) in
            if projection != nil { reader.readsProjections = true }
            reader.maximumKept = Self.maximumKept
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

    /// The kind of the objects, if they are looked at.
    var judgedKind: JudgedKind? {
        let request = review.request
        guard request.operation == .create || request.operation == .update, request.subResource.isEmpty else {
            return nil
        }
        return JudgedKind(request.resource)
    }

    private static func isAgentRun(_ resource: GroupVersionResource) -> Bool {
        resource.resource == "agentruns" && resource.group == PolicyEngine.group
            && resource.version == PolicyEngine.version
    }
}
