internal import AgentRuns
internal import JSONPull

/// One object that a watch told of.
package struct ClusterChange: Sendable {
    package enum Operation: Sendable {
        /// Added or modified: the object as it is now.
        case put
        /// The object as it was last.
        case delete
    }

    let operation: Operation
    let key: ObjectKey
    /// `metadata.uid`.
    let uid: ExactString
    let content: Content
    /// The run whose Job it is.
    let jobOf: ObjectKey?

    /// What is put; runs are projected before the store is locked.
    enum Content: Sendable {
        case run(ProjectedRun)
        case other(any KeptObject)
        /// Nothing of a deleted object is needed but its key.
        case nothing
    }

    /// Reads an object of the source's kind, lent for the call; nil for what is none.
    package init?(
        _ operation: Operation,
        _ json: UnsafeRawBufferPointer,
        of source: ClusterSource,
        projection: RunProjection
    ) {
        guard let object = unsafe ListedObject(source.kind, json: json) else { return nil }
        self.operation = operation
        key = object.key
        uid = object.content.metadata.uid
        jobOf = object.jobOf
        content =
            switch operation {
            case .put: object.content.change(at: key, projection)
            case .delete: .nothing
            }
    }
}
