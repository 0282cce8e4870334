internal import JSONPull

/// `clusters[].cluster`, as far as it is used.
struct KubeconfigCluster: Sendable {
    var server = ""
    var authorityFile: String?
    var authorityData: String?
    var isVerificationSkipped = false
    var serverName: String?
    var proxyURL: String?

    init(from reader: inout JSONReader) throws(JSONError) {
        var cluster = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "server": cluster.server = try reader.readString() ?? ""
            case "certificate-authority": cluster.authorityFile = try reader.readNonEmptyString()
            case "certificate-authority-data": cluster.authorityData = try reader.readNonEmptyString()
            case "insecure-skip-tls-verify": cluster.isVerificationSkipped = try reader.readBoolean() ?? false
            case "tls-server-name": cluster.serverName = try reader.readNonEmptyString()
            case "proxy-url": cluster.proxyURL = try reader.readNonEmptyString()
            default: try reader.skipValue()
            }
        }
        self = cluster
    }

    private init() {}

    /// Whether a server without a scheme speaks TLS: kubectl takes it so where there is anything to check or to show.
    func hintsAtTLS(_ user: KubeconfigUser) -> Bool {
        authorityFile != nil || authorityData != nil || isVerificationSkipped || user.certificateFile != nil
            || user.certificateData != nil
    }
}

/// `users[].user`, as far as it is used.
struct KubeconfigUser: Sendable {
    var certificateFile: String?
    var certificateData: String?
    var keyFile: String?
    var keyData: String?
    var token: String?
    var tokenFile: String?
    var plugin: KubeconfigPlugin?
    /// A way to authenticate that is not spoken here, as the kubeconfig calls it.
    var unsupportedMember: String?

    /// The first member a bearer token comes from.
    var secretMember: String? {
        if tokenFile != nil { return "tokenFile" }
        if token != nil { return "token" }
        return plugin == nil ? nil : "exec"
    }

    init() {}

    init(from reader: inout JSONReader) throws(JSONError) {
        var user = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "client-certificate": user.certificateFile = try reader.readNonEmptyString()
            case "client-certificate-data": user.certificateData = try reader.readNonEmptyString()
            case "client-key": user.keyFile = try reader.readNonEmptyString()
            case "client-key-data": user.keyData = try reader.readNonEmptyString()
            case "token": user.token = try reader.readNonEmptyString()
            case "tokenFile": user.tokenFile = try reader.readNonEmptyString()
            case "exec": user.plugin = try KubeconfigPlugin(from: &reader)
            case "auth-provider", "username", "password", "as":
                let name = key.string
                if try reader.peek() != .null { user.unsupportedMember = user.unsupportedMember ?? name }
                try reader.skipValue()
            default: try reader.skipValue()
            }
        }
        self = user
    }
}

/// `contexts[].context`, as far as it is used.
struct KubeconfigContext: Sendable {
    var cluster = ""
    var user = ""
    var namespace: String?

    init(from reader: inout JSONReader) throws(JSONError) {
        var context = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "cluster": context.cluster = try reader.readString() ?? ""
            case "user": context.user = try reader.readString() ?? ""
            case "namespace": context.namespace = try reader.readNonEmptyString()
            default: try reader.skipValue()
            }
        }
        self = context
    }

    private init() {}
}

/// `users[].user.exec`.
struct KubeconfigPlugin: Sendable {
    var apiVersion = ""
    var command = ""
    var arguments: [String] = []
    var environment: [String: String] = [:]
    var interactiveMode = ""
    var installHint = ""
    var isClusterWanted = false

    /// Nil when the value is null.
    init?(from reader: inout JSONReader) throws(JSONError) {
        var plugin = Self()
        let isThere = try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "apiVersion": plugin.apiVersion = try reader.readString() ?? ""
            case "command": plugin.command = try reader.readString() ?? ""
            case "args":
                try reader.readElements { reader, _ throws(JSONError) in
                    plugin.arguments.append(try reader.readString() ?? "")
                }
            case "env":
                try reader.readElements { reader, _ throws(JSONError) in try plugin.readVariable(from: &reader) }
            case "interactiveMode": plugin.interactiveMode = try reader.readString() ?? ""
            case "installHint": plugin.installHint = try reader.readString() ?? ""
            case "provideClusterInfo": plugin.isClusterWanted = try reader.readBoolean() ?? false
            default: try reader.skipValue()
            }
        }
        guard isThere else { return nil }
        self = plugin
    }

    private init() {}

    private mutating func readVariable(from reader: inout JSONReader) throws(JSONError) {
        var (name, value) = ("", "")
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": name = try reader.readString() ?? ""
            case "value": value = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        environment[name] = value
    }
}
