private import AgentRuns
package import JSONPull
internal import KubernetesClient

/// Who changed the data of a ConfigMap last, as its `managedFields` tell: a program, and not the person behind it.
package struct PolicyChange: Hashable, Sendable {
    /// The name that program gave itself: `kubectl-client-side-apply`, `argocd-controller`.
    package var manager: ExactString
    /// `Apply` or `Update`.
    package var operation: ExactString
    /// RFC 3339.
    package var time: ExactString

    /// Longer than the API server lets a manager's name be.
    private static let maximumTextLength = 256

    package init(manager: ExactString, operation: ExactString, time: ExactString) {
        (self.manager, self.operation, self.time) = (manager, operation, time)
    }

    /// Reads the metadata of a ConfigMap; nil where nobody is named, as where an admission webhook strips `managedFields`.
    static func decode(_ body: [UInt8]) throws(AnswerProblem) -> PolicyChange? {
        var latest: Dated?
        try AnswerProblem.readMembers(of: body) { reader, key throws(JSONError) in
            switch key {
            case "metadata":
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "managedFields":
                        try reader.readElements { reader, _ throws(JSONError) in
                            guard let found = try entry(&reader) else { return }
                            if latest.map({ $0.time <= found.time }) ?? true { latest = found }
                        }
                    default: try reader.skipValue()
                    }
                }
            default: try reader.skipValue()
            }
        }
        return latest?.change
    }

    private struct Dated {
        var change: PolicyChange
        var time: Timestamp
    }

    /// One of `managedFields`; nil where it has nothing of the data, or no time.
    private static func entry(_ reader: inout JSONReader) throws(JSONError) -> Dated? {
        var change = PolicyChange(manager: "", operation: "", time: "")
        var hasData = false
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "manager": change.manager = try text(&reader)
            case "operation": change.operation = try text(&reader)
            case "time": change.time = try text(&reader)
            case "fieldsV1":
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "f:data", "f:binaryData": hasData = true
                    default: break
                    }
                    try reader.skipValue()
                }
            default: try reader.skipValue()
            }
        }
        guard hasData, let time = Timestamp(change.time) else { return nil }
        return Dated(change: change, time: time)
    }

    private static func text(_ reader: inout JSONReader) throws(JSONError) -> ExactString {
        ExactString(try reader.readString() ?? "").prefix(characters: maximumTextLength)
    }
}
