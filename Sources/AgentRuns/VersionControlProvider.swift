package import JSONPull

/// `VersionControlProvider`: a Git host, which repositories may be used there, and how to get in.
package struct VersionControlProvider: Sendable {
    package var metadata = ObjectMeta()
    /// `spec.repositoryPolicy.allow`, trimmed globs; empty allows all.
    package var allow: [ExactString] = []
    /// `spec.repositoryPolicy.deny`, trimmed globs.
    package var deny: [ExactString] = []
    /// `spec.defaults.baseBranch`.
    package var baseBranch: ExactString?
    /// `spec.defaults.branchTemplate`, as written; nil when blank.
    package var branchTemplate: ExactString?
    package var auth = Auth()

    /// `spec.auth`.
    package struct Auth: Sendable {
        /// `method`, trimmed and lower-cased.
        package var method: ExactString?
        /// `token.secretRef.name`.
        package var tokenSecret: ExactString?
        /// `app.privateKeySecretRef.name`.
        package var appSecret: ExactString?
        /// `ssh.privateKeySecretRef.name`.
        package var sshSecret: ExactString?

        /// The secret of the method in force: the explicit one, else the first that has a secret of token, app, ssh.
        package var secretName: ExactString? {
            switch method?.string {
            case "token": tokenSecret
            case "app": appSecret
            case "ssh": sshSecret
            case "none": nil
            default: tokenSecret ?? appSecret ?? sshSecret
            }
        }
    }

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var provider = VersionControlProvider()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": provider.metadata = try ObjectMeta(&reader)
            case "spec": try provider.readSpec(&reader)
            default: try reader.skipValue()
            }
        }
        self = provider
    }

    private init() {}

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        var provider = VersionControlProvider()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "repositoryPolicy": try provider.readRepositoryPolicy(&reader)
            case "defaults": try provider.readDefaults(&reader)
            case "auth": provider.auth = try Auth(&reader)
            default: try reader.skipValue()
            }
        }
        provider.metadata = metadata
        self = provider
    }

    private mutating func readRepositoryPolicy(_ reader: inout JSONReader) throws(JSONError) {
        var (allow, deny): ([ExactString], [ExactString]) = ([], [])
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "allow": allow = try reader.readList()
            case "deny": deny = try reader.readList()
            default: try reader.skipValue()
            }
        }
        (self.allow, self.deny) = (allow, deny)
    }

    private mutating func readDefaults(_ reader: inout JSONReader) throws(JSONError) {
        var (base, template): (ExactString?, ExactString?) = (nil, nil)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "baseBranch": base = try reader.readNonBlank()
            case "branchTemplate": template = try reader.readExactString()
            default: try reader.skipValue()
            }
        }
        (baseBranch, branchTemplate) = (base, template?.isBlank == false ? template : nil)
    }
}

extension VersionControlProvider.Auth {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var auth = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "method": auth.method = try reader.readNonBlank()?.asciiLowercased
            case "token": auth.tokenSecret = try Self.secretName(&reader, member: "secretRef")
            case "app": auth.appSecret = try Self.secretName(&reader, member: "privateKeySecretRef")
            case "ssh": auth.sshSecret = try Self.secretName(&reader, member: "privateKeySecretRef")
            default: try reader.skipValue()
            }
        }
        self = auth
    }

    private static func secretName(
        _ reader: inout JSONReader,
        member: StaticString
    ) throws(JSONError) -> ExactString? {
        var name: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case member: name = try reader.readReferenceName()
            default: try reader.skipValue()
            }
        }
        return name
    }
}
