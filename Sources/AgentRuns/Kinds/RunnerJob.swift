package import JSONPull

/// A `batch/v1` Job that the controller made for a run: what pushes to the run's branches.
package struct RunnerJob: Sendable {
    /// The label that names the run, which the controller stamps verbatim (`controller-semantics.md` section 11).
    package static let runLabel = "agents.proompteng.ai/agent-run"

    package var metadata = ObjectMeta.absent
    /// The run it works for, by ``runLabel``; nil for a Job of someone else.
    package var runName: ExactString?
    /// Whether pods of it may be at work: no condition says that it is complete or has failed.
    ///
    /// A suspended one may go on, and one that is being deleted does until it is gone.
    package var isActive = true

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var job = RunnerJob()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": job.metadata = try ObjectMeta(&reader)
            case "status": job.isActive = try !Self.isFinished(&reader)
            default: try reader.skipValue()
            }
        }
        let label = ExactString(Self.runLabel)
        job.runName = job.metadata.labels.first { $0.key == label && !$0.value.isEmpty }?.value
        self = job
    }

    private init() {}

    private static func isFinished(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        var isFinished = false
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "conditions": isFinished = try hasFinalCondition(&reader)
            default: try reader.skipValue()
            }
        }
        return isFinished
    }

    private static func hasFinalCondition(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        var isFound = false
        try reader.readElements { reader, _ throws(JSONError) in
            if try isFinal(&reader) { isFound = true }
        }
        return isFound
    }

    /// Whether a condition is true and a final one.
    private static func isFinal(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        var (type, status): (ExactString?, ExactString?)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": type = try reader.readExactString()
            case "status": status = try reader.readExactString()
            default: try reader.skipValue()
            }
        }
        return status == "True" && (type == "Complete" || type == "Failed")
    }
}
