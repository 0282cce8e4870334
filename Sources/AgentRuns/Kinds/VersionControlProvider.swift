package import JSONPull

/// `VersionControlProvider`: a Git host, which repositories may be used there, and how to get in.
///
/// A class because what is worked out of one is kept for the review by which one it is.
package final class VersionControlProvider: Sendable {
    package let metadata: ObjectMeta
    package let spec: Spec

    package init(_ reader: inout JSONReader) throws(JSONError) {
        (metadata, spec) = try reader.readObject(Spec()) { reader throws(JSONError) in try Spec(&reader) }
    }
}

extension VersionControlProvider {
    /// `spec`.
    package struct Spec: Sendable {
        /// `spec.provider`, trimmed: `github`, `gitlab`, …; another case is another provider.
        package var type: ExactString?
        /// `spec.repositoryPolicy.allow`, case-sensitive globs; none allows all.
        package var allow = GlobList([])
        /// `spec.repositoryPolicy.deny`, globs in any case.
        package var deny = GlobList([])
        /// The strings of `spec.repositoryPolicy.allow` as written, also blank ones, with their index.
        package var writtenAllow: [IndexedName] = []
        /// The strings of `spec.repositoryPolicy.deny` as written, also blank ones, with their index.
        package var writtenDeny: [IndexedName] = []
        /// `spec.defaults.baseBranch`.
        package var baseBranch: ExactString?
        /// `spec.defaults.branchTemplate`, as written; nil when blank.
        package var branchTemplate: ExactString?
        package var auth = Auth()

        fileprivate init() {}

        fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "provider": type = try reader.readNonBlank()
                case "repositoryPolicy": try readRepositoryPolicy(&reader)
                case "defaults": try readDefaults(&reader)
                case "auth": auth = try Auth(&reader)
                default: try reader.skipValue()
                }
            }
        }

        private mutating func readRepositoryPolicy(_ reader: inout JSONReader) throws(JSONError) {
            var (allow, deny): ([IndexedName], [IndexedName]) = ([], [])
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "allow": allow = try Self.patterns(&reader)
                case "deny": deny = try Self.patterns(&reader)
                default: try reader.skipValue()
                }
            }
            (writtenAllow, writtenDeny) = (allow, deny)
            self.allow = GlobList(allow.map(\.name))
            self.deny = GlobList(deny.map(\.name), isCaseSensitive: false)
        }

        private static func patterns(_ reader: inout JSONReader) throws(JSONError) -> [IndexedName] {
            var patterns: [IndexedName] = []
            try reader.readElements { reader, index throws(JSONError) in
                try reader.countKept()
                if let text = try reader.readExactString() { patterns.append(IndexedName(index: index, name: text)) }
            }
            return patterns
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

    /// `spec.auth`.
    package struct Auth: Sendable {
        /// `method`, trimmed and lower-cased.
        package var method: ExactString?
        /// The same as it is written, as JSON.
        package var writtenMethod: ExactString = ""
        /// `token.type`, as written.
        package var tokenType: ExactString?
        /// `token.secretRef.name`.
        package var tokenSecret: ExactString?
        /// `app.privateKeySecretRef.name`.
        package var appSecret: ExactString?
        /// `ssh.privateKeySecretRef.name`.
        package var sshSecret: ExactString?
        /// `ssh.knownHostsConfigMapRef.name`.
        package var knownHosts: ExactString?

        /// The secret of the method in force: the explicit one, else the first that has a secret of token, app, ssh.
        package var secretName: ExactString? {
            switch methodInForce {
            case .token: tokenSecret
            case .app: appSecret
            case .ssh: sshSecret
            case .none: nil
            }
        }

        /// How to get in.
        package enum Method: String, Sendable {
            case token
            case app
            case ssh
            case none
        }

        /// The explicit method, else the first of token, app, ssh that has a secret, else none
        /// (`controller-semantics.md` section 8.5).
        package var methodInForce: Method {
            if let explicit = method.flatMap({ Method(rawValue: $0.string) }) { return explicit }
            if tokenSecret != nil { return .token }
            if appSecret != nil { return .app }
            return sshSecret != nil ? .ssh : .none
        }
    }
}

extension VersionControlProvider.Auth {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var auth = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "method":
                let kind = try reader.peek()
                let start = reader.position
                auth.method = try reader.readNonBlank()?.asciiLowercased
                auth.writtenMethod = kind == .null ? "" : reader.text(of: start..<reader.position)
            case "token": try auth.readToken(&reader)
            case "app": auth.appSecret = try Self.secretName(&reader, member: "privateKeySecretRef")
            case "ssh": try auth.readSsh(&reader)
            default: try reader.skipValue()
            }
        }
        self = auth
    }

    private mutating func readToken(_ reader: inout JSONReader) throws(JSONError) {
        var (secret, type): (ExactString?, ExactString?) = (nil, nil)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "secretRef": secret = try reader.readReferenceName()
            case "type": type = try reader.readExactString()
            default: try reader.skipValue()
            }
        }
        (tokenSecret, tokenType) = (secret, type)
    }

    private mutating func readSsh(_ reader: inout JSONReader) throws(JSONError) {
        var (secret, hosts): (ExactString?, ExactString?)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "privateKeySecretRef": secret = try reader.readReferenceName()
            case "knownHostsConfigMapRef": hosts = try reader.readReferenceName()
            default: try reader.skipValue()
            }
        }
        (sshSecret, knownHosts) = (secret, hosts)
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
