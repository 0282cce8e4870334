package import AdmissionAPI
package import AgentRuns
package import JSONPull

/// A review with its objects, if they are AgentRuns, read in one pass over the body.
///
/// A class because it is large and goes from step to step.
package final class DecodedReview: Sendable {
    package let review: AdmissionReview
    /// `request.object`.
    package let object: AgentRun?
    /// `request.oldObject`.
    package let oldObject: AgentRun?
    /// Where texts of the objects are withheld; nil where all are known.
    let withheld: Withheld?

    /// Members and elements of maps and lists that are kept of both objects together.
    ///
    /// Each takes up to half a kilobyte, whatever few bytes it has in the body: 100 MB. An object of 256 steps with a dozen
    /// parameters each has 3,400; what etcd takes, 1.5 MB, could have more only if it meant nothing.
    static let maximumKept = 200_000

    /// What makes up for texts that are withheld.
    package struct Withheld: Sendable {
        /// What an update changed; nil of anything else.
        let change: SpecChange?
        /// What reads the measures in the places of texts.
        let measures: MeasuredValueReader
        /// What stands for a text where somebody asks for it all the same.
        let standIn: ExactString

        package init(change: SpecChange?, measures: MeasuredValueReader, standIn: ExactString) {
            (self.change, self.measures, self.standIn) = (change, measures, standIn)
        }
    }

    /// Reads a whole body, checking all of it.
    ///
    /// - Throws: `AdmissionReviewError`, which says what is wrong and where.
    package convenience init(_ body: UnsafeRawBufferPointer) throws(AdmissionReviewError) {
        try unsafe self.init(body, nil)
    }

    /// Reads a body of which texts are withheld, all unless nil.
    package init(_ body: UnsafeRawBufferPointer, _ withheld: Withheld?) throws(AdmissionReviewError) {
        self.withheld = withheld
        var (object, oldObject): (AgentRun?, AgentRun?)
        let objects = ObjectReading(if: Self.isAgentRun) { field, reader throws(JSONError) in
            if let withheld { reader.companion = withheld.measures }
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
    package var judgedKind: JudgedKind? {
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
