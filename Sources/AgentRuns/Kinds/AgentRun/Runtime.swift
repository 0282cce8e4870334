package import JSONPull

/// `spec.runtime`: what executes the run, and with which settings.
///
/// A class for the reason ``AgentRun/Spec`` is one.
// Unchecked: nothing is set after the initialiser has returned.
package final class Runtime: @unchecked Sendable {
    /// Of a run that has none.
    package static let absent = Runtime()

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
    /// Names in `config.imagePullSecrets`, each a string or an object's `name`, with their indices in the list as written.
    package private(set) var imagePullSecrets: [IndexedName] = []
    /// Keys of `config` that look like a run's time to live, with their values as JSON.
    package private(set) var timesToLive: [(key: StaticString, value: ExactString)] = []

    /// `config.namespace`, which `temporal` may have.
    package private(set) var temporalNamespace: ExactString?
    /// What the config says of the runner's pod; nil for nothing.
    package private(set) var pod: PodSettings?
    /// `config.resources`, which only 2026-08 reads.
    package private(set) var resources: [ResourceAmount] = []

    /// What stands at ``type``, ``endpoint``, ``workflowType`` and ``taskQueue``, as JSON, where the controller reads none.
    package private(set) var (writtenType, writtenEndpoint): (ExactString, ExactString) = ("", "")
    package private(set) var (writtenWorkflowType, writtenTaskQueue): (ExactString, ExactString) = ("", "")

    private init() {}

    init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": self.type = try reader.readNonBlank(else: &self.writtenType)
            case "config": try self.readConfig(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private func readConfig(_ reader: inout JSONReader) throws(JSONError) {
        (endpoint, workflowType, taskQueue, serviceAccount, serviceAccountName) = (nil, nil, nil, nil, nil)
        (writtenEndpoint, writtenWorkflowType, writtenTaskQueue) = ("", "", "")
        (imagePullSecrets, timesToLive, resources) = ([], [], [])
        (temporalNamespace, pod) = (nil, nil)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "endpoint": self.endpoint = try reader.readNonBlank(else: &self.writtenEndpoint)
            case "workflowType": self.workflowType = try reader.readNonBlank(else: &self.writtenWorkflowType)
            case "taskQueue": self.taskQueue = try reader.readNonBlank(else: &self.writtenTaskQueue)
            case "serviceAccount": self.serviceAccount = try reader.readNonBlank()
            case "serviceAccountName": self.serviceAccountName = try reader.readNonBlank()
            case "imagePullSecrets": try self.readImagePullSecrets(&reader)
            case "ttlSecondsAfterFinished": try self.readTimeToLive("ttlSecondsAfterFinished", &reader)
            case "ttl": try self.readTimeToLive("ttl", &reader)
            case "ttlSeconds": try self.readTimeToLive("ttlSeconds", &reader)
            case "resources": self.resources = try ResourceAmount.read(&reader)
            case "namespace": self.temporalNamespace = try reader.readNonBlank()
            default: try self.readPodSetting(key, &reader)
            }
        }
    }

    private func readPodSetting(_ key: JSONKey, _ reader: inout JSONReader) throws(JSONError) {
        guard PodSettings.isOne(key) else {
            try reader.skipValue()
            return
        }
        let settings = pod ?? PodSettings()
        pod = settings
        try settings.read(key, &reader)
    }

    private func readImagePullSecrets(_ reader: inout JSONReader) throws(JSONError) {
        imagePullSecrets = []
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            let name =
                try reader.peek() == .string ? try reader.readNonBlank() : try reader.readNonBlank(member: "name")
            if let name { imagePullSecrets.append(IndexedName(index: index, name: name)) }
        }
    }

    private func readTimeToLive(_ key: StaticString, _ reader: inout JSONReader) throws(JSONError) {
        let isNull = try reader.peek() == .null
        let value = reader.text(of: try reader.skipValue())
        timesToLive.removeAll { $0.key.description == key.description }
        if !isNull { timesToLive.append((key, value)) }
    }
}
