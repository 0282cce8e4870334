internal import JSONPull
internal import YAMLPull

/// A kubeconfig file as it was read; ``access(context:readFile:)`` makes something usable of it.
package struct Kubeconfig: Sendable {
    /// The path it was read from: for messages, and because relative paths in it start at its folder.
    let file: String
    private(set) var currentContext: String?
    private(set) var clusters: [ExactString: KubeconfigCluster] = [:]
    private(set) var users: [ExactString: KubeconfigUser] = [:]
    private(set) var contexts: [ExactString: KubeconfigContext] = [:]

    /// Reads the YAML (or JSON) text of a kubeconfig.
    package static func decode(_ text: [UInt8], file: String) throws(AccessError) -> Kubeconfig {
        var documents: [Result<YAMLDocument, YAMLError>] = []
        YAMLReader.documents(in: text) { document throws(Never) in documents.append(document) }
        var config = Kubeconfig(file: file)
        switch documents.first {
        case nil: throw AccessError(place: file, reason: "the file is empty; pass a kubeconfig")
        case .failure(let error): throw AccessError(place: file, reason: error.description)
        case .success(let document):
            do throws(JSONError) {
                try JSONReader.read(document.json) { reader throws(JSONError) in try config.read(from: &reader) }
            } catch {
                throw AccessError(place: file, reason: error.located(in: document.json).description)
            }
        }
        return config
    }

    private init(file: String) {
        self.file = file
    }

    private mutating func read(from reader: inout JSONReader) throws(JSONError) {
        var config = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "current-context": config.currentContext = try reader.readNonEmptyString()
            case "clusters":
                config.clusters = try reader.readNamed("cluster") { reader throws(JSONError) in
                    try KubeconfigCluster(from: &reader)
                }
            case "users":
                config.users = try reader.readNamed("user") { reader throws(JSONError) in
                    try KubeconfigUser(from: &reader)
                }
            case "contexts":
                config.contexts = try reader.readNamed("context") { reader throws(JSONError) in
                    try KubeconfigContext(from: &reader)
                }
            default: try reader.skipValue()
            }
        }
        self = config
    }
}

extension JSONReader {
    /// A list of `{name: …, <member>: …}`; of two with one name the first counts, as for kubectl.
    fileprivate mutating func readNamed<Value>(
        _ member: StaticString,
        _ read: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> [ExactString: Value] {
        var values: [ExactString: Value] = [:]
        try readElements { reader, _ throws(JSONError) in
            var name: ExactString?
            var value: Value?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "name": name = try reader.readString().map { ExactString($0) }
                case member: value = try read(&reader)
                default: try reader.skipValue()
                }
            }
            if let name, let value, values[name] == nil { values[name] = value }
        }
        return values
    }
}
