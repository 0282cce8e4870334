internal import JSONPull

#if canImport(FoundationEssentials)
private import FoundationEssentials
#else
private import Foundation
#endif

extension Kubeconfig {
    /// Resolves a context to an address and credentials; files it names are read, a token file is only remembered.
    ///
    /// - Parameters:
    ///   - name: the context; nil takes `current-context`.
    ///   - others: what is not told here is looked for in these, one after the other.
    ///   - readFile: how to read a file.
    /// - Returns: the access, with warnings to be logged.
    /// - Throws: `AccessError` with the member that is wrong and what to do.
    package func access(
        context name: String? = nil,
        beside others: [Kubeconfig] = [],
        readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        try access(context: name, beside: others, flaws: [], readFile: readFile)
    }

    func access(
        context name: String? = nil,
        beside others: [Kubeconfig] = [],
        flaws: ClientFlaws,
        readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        let all = [self] + others
        guard let name = name ?? all.lazy.compactMap(\.currentContext).first else {
            throw error("current-context: Required value: name a context there, or pass --context")
        }
        guard let context = all.lazy.compactMap({ $0.contexts[ExactString(name)] }).first else {
            let known = Set(all.flatMap(\.contexts.keys)).sorted().prefix(10).map { VisibleText.quoted($0) }.joined(
                separator: ", "
            )
            throw error("contexts: no context \(quoted(name)); use one of: \(known.isEmpty ? "none is there" : known)")
        }
        // Paths in an entry start at the folder of the file it stands in.
        let clusterKey = ExactString(context.cluster)
        guard let clusterFile = all.first(where: { $0.clusters[clusterKey] != nil }),
            let cluster = clusterFile.clusters[clusterKey]
        else {
            throw error("clusters: no cluster \(quoted(context.cluster)), which context \(quoted(name)) names; add it")
        }
        let userKey = ExactString(context.user)
        let userFile = all.first { $0.users[userKey] != nil }
        guard context.user.isEmpty || userFile != nil else {
            throw error("users: no user \(quoted(context.user)), which context \(quoted(name)) names; add it")
        }
        let user = userFile?.users[userKey] ?? KubeconfigUser()
        return try clusterFile.access(cluster, user, of: userFile ?? self, context, flaws, readFile)
    }

    /// `cluster` is an entry of this file, `user` one of `userFile`.
    private func access(
        _ cluster: KubeconfigCluster,
        _ user: KubeconfigUser,
        of userFile: Kubeconfig,
        _ context: KubeconfigContext,
        _ flaws: ClientFlaws,
        _ readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        guard
            let server = ServerAddress(cluster.server)
                ?? ServerAddress(pair: cluster.server, isTLS: cluster.hintsAtTLS(user))
        else {
            throw error("cluster.server: Invalid value: \(quoted(cluster.server)): must be https://host:port")
        }
        if let member = user.unsupportedMember {
            throw userFile.error(
                "user.\(member): Unsupported value: only client certificates, token, tokenFile and exec are; use one, "
                    + "for example a service account's token (kubectl create token)"
            )
        }
        let verification = try verification(cluster, readFile)
        let plugin = try user.plugin.map { plugin throws(AccessError) in
            try userFile.exec(plugin, cluster, verification)
        }
        var access = ClusterAccess(
            server: server,
            verification: verification,
            serverName: cluster.serverName,
            token: user.tokenFile.map { .file(userFile.resolve($0)) } ?? user.token.map { .fixed($0) } ?? plugin
                ?? .none,
            identity: try userFile.identity(user, readFile),
            namespace: context.namespace ?? "default"
        )
        access.proxy = try proxy(cluster)
        if !server.isTLS, !flaws.contains(.sendsTokensInTheClear), let member = user.secretMember {
            throw error(
                "cluster.server: Forbidden: \(quoted(cluster.server)): user.\(member) would go to \(server.host) unencrypted, for "
                    + "everybody in between to read and use; use an https:// server, or a user without credentials"
            )
        }
        if cluster.isVerificationSkipped {
            access.warnings.append(
                "\(file): insecure-skip-tls-verify is set: ANYONE between here and \(server.host) can read the token and "
                    + "forge the cluster's state; use certificate-authority-data instead"
            )
        }
        if !server.isTLS {
            access.warnings.append("\(file): the connection to \(server.host) is not encrypted; use an https:// server")
        }
        return access
    }

    /// Only what needs no secret: a password in the URL would stand in messages and logs.
    private func proxy(_ cluster: KubeconfigCluster) throws(AccessError) -> ServerAddress? {
        guard let url = cluster.proxyURL else { return nil }
        guard let proxy = ServerAddress(url), !proxy.isTLS, proxy.path.isEmpty else {
            throw error(
                "cluster.proxy-url: Unsupported value: must be http://host:port, of a proxy that takes CONNECT without "
                    + "credentials; use such a one, or remove it and reach the server directly"
            )
        }
        return proxy
    }

    private func exec(
        _ plugin: KubeconfigPlugin,
        _ cluster: KubeconfigCluster,
        _ verification: ClusterAccess.Verification
    ) throws(AccessError) -> ClusterAccess.Token {
        guard ExecPlugin.versions.contains(plugin.apiVersion) else {
            throw error(
                "user.exec.apiVersion: Unsupported value: \(quoted(plugin.apiVersion)): supported values: "
                    + ExecPlugin.versions.map(quoted).joined(separator: ", ")
            )
        }
        guard !plugin.command.isEmpty else { throw error("user.exec.command: Required value: name the program") }
        guard plugin.interactiveMode != "Always" else {
            throw error("user.exec.interactiveMode: Forbidden: nobody is there to ask; use a plugin that needs no one")
        }
        // Like kubectl: a path starts at the kubeconfig's folder, a bare name is searched for in PATH.
        let command = plugin.command.utf8.contains(UInt8(ascii: "/")) ? resolve(plugin.command) : plugin.command
        return .plugin(
            ExecPlugin(
                apiVersion: plugin.apiVersion,
                command: command,
                arguments: plugin.arguments,
                environment: plugin.environment,
                installHint: plugin.installHint,
                cluster: plugin.isClusterWanted
                    ? .init(server: cluster.server, serverName: cluster.serverName, verification: verification) : nil
            )
        )
    }

    private func verification(
        _ cluster: KubeconfigCluster,
        _ readFile: FileReading
    ) throws(AccessError) -> ClusterAccess.Verification {
        let authorities = try pem(
            "cluster.certificate-authority",
            cluster.authorityData,
            cluster.authorityFile,
            readFile
        )
        guard cluster.isVerificationSkipped else { return .authorities(authorities) }
        guard authorities == nil else {
            throw error("cluster.insecure-skip-tls-verify: Forbidden: there is a certificate authority too; remove one")
        }
        return .skipped
    }

    private func identity(
        _ user: KubeconfigUser,
        _ readFile: FileReading
    ) throws(AccessError) -> ClusterAccess.Identity? {
        let certificate = try pem("user.client-certificate", user.certificateData, user.certificateFile, readFile)
        let key = try pem("user.client-key", user.keyData, user.keyFile, readFile)
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            return ClusterAccess.Identity(certificatePEM: certificate, privateKeyPEM: key)
        case (nil, .some):
            throw error("user.client-certificate: Required value: there is a client-key; add its certificate")
        case (.some, nil): throw error("user.client-key: Required value: there is a client-certificate; add its key")
        }
    }

    /// PEM text from `<member>-data`, which goes before the file as for kubectl; nil when there is neither.
    private func pem(
        _ member: String,
        _ data: String?,
        _ path: String?,
        _ readFile: FileReading
    ) throws(AccessError) -> [UInt8]? {
        if let data {
            guard let bytes = Data(base64Encoded: data, options: .ignoreUnknownCharacters), !bytes.isEmpty else {
                throw error("\(member)-data: Invalid value: no base64; encode the PEM text with base64 -w0")
            }
            return Array(bytes)
        }
        guard let path else { return nil }
        do {
            return try readFile(resolve(path))
        } catch let cause {
            throw error("\(member): Invalid value: \(quoted(path)): \(cause); correct the path")
        }
    }

    /// A relative path starts at the kubeconfig's folder.
    private func resolve(_ path: String) -> String {
        guard path.utf8.first != UInt8(ascii: "/"), let (folder, _) = ExactString(file).cut(atLast: "/") else {
            return path
        }
        return "\(folder)/\(path)"
    }

    private func error(_ reason: String) -> AccessError { AccessError(place: file, reason: reason) }

    private func quoted(_ name: String) -> String { VisibleText.quoted(ExactString(name)) }
}
