package import JSONPull

/// `spec.runtime`: what executes the run, and with which settings.
package struct Runtime: Sendable {
    /// `type`, trimmed.
    package private(set) var type: ExactString?
    /// `config.endpoint`, which `custom` needs.
    package private(set) var endpoint: ExactString?
    /// `config.workflowType`, which `temporal` needs.
    package private(set) var workflowType: ExactString?
    /// `config.taskQueue`, which `temporal` needs.
    package private(set) var taskQueue: ExactString?
    /// `config.serviceAccount`.
    package private(set) var serviceAccount: ExactString?
    /// `config.serviceAccountName`, which only 2026-08 reads.
    package private(set) var serviceAccountName: ExactString?
    /// Keys of `config` that look like a time to live but are read by nobody, with their values as JSON.
    package private(set) var timesToLive: [(key: StaticString, value: ExactString)] = []

    package init() {}

    init(_ reader: inout JSONReader) throws(JSONError) {
        var runtime = Runtime()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": runtime.type = try reader.readNonBlank()
            case "config": try runtime.readConfig(&reader)
            default: try reader.skipValue()
            }
        }
        self = runtime
    }

    private mutating func readConfig(_ reader: inout JSONReader) throws(JSONError) {
        var runtime = Runtime()
        runtime.type = type
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "endpoint": runtime.endpoint = try reader.readNonBlank()
            case "workflowType": runtime.workflowType = try reader.readNonBlank()
            case "taskQueue": runtime.taskQueue = try reader.readNonBlank()
            case "serviceAccount": runtime.serviceAccount = try reader.readNonBlank()
            case "serviceAccountName": runtime.serviceAccountName = try reader.readNonBlank()
            case "ttlSecondsAfterFinished": try runtime.readTimeToLive("ttlSecondsAfterFinished", &reader)
            case "ttl": try runtime.readTimeToLive("ttl", &reader)
            case "ttlSeconds": try runtime.readTimeToLive("ttlSeconds", &reader)
            default: try reader.skipValue()
            }
        }
        self = runtime
    }

    private mutating func readTimeToLive(_ key: StaticString, _ reader: inout JSONReader) throws(JSONError) {
        let isNull = try reader.peek() == .null
        let value = reader.text(of: try reader.skipValue())
        timesToLive.removeAll { $0.key.description == key.description }
        if !isNull { timesToLive.append((key, value)) }
    }
}
