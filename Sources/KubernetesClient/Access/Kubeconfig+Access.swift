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
    ///   - readFile: how to read a file.
    /// - Returns: the access, with warnings to be logged.
    /// - Throws: `AccessError` with the member that is wrong and what to do.
    package func access(context name: String? = nil, readFile: FileReading) throws(AccessError) -> ClusterAccess {
        try access(context: name, flaws: [], readFile: readFile)
    }

    func access(
        context name: String? = nil,
        flaws: ClientFlaws,
        readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        guard let name = name ?? currentContext else {
            throw error("current-context: Required value: name a context there, or pass --context")
        }
        guard let context = contexts[ExactString(name)] else {
            let known = contexts.keys.sorted().prefix(10).map { VisibleText.quoted($0) }.joined(separator: ", ")
            throw error("contexts: no context \(quoted(name)); use one of: \(known.isEmpty ? "none is there" : known)")
        }
        guard let cluster = clusters[ExactString(context.cluster)] else {
            throw error("clusters: no cluster \(quoted(context.cluster)), which context \(quoted(name)) names; add it")
        }
        guard context.user.isEmpty || users[ExactString(context.user)] != nil else {
            throw error("users: no user \(quoted(context.user)), which context \(quoted(name)) names; add it")
        }
        let user = users[ExactString(context.user)] ?? KubeconfigUser()
        return try access(cluster, user, context, flaws, readFile)
    }

    private func access(
        _ cluster: KubeconfigCluster,
        _ user: KubeconfigUser,
        _ context: KubeconfigContext,
        _ flaws: ClientFlaws,
        _ readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        guard let server = ServerAddress(cluster.server) else {
            throw error("cluster.server: Invalid value: \(quoted(cluster.server)): must be https://host:port")
        }
        guard cluster.proxyURL == nil else {
            throw error(
                "cluster.proxy-url: Forbidden: proxies are not supported; remove it and reach the server directly"
            )
        }
        if let member = user.unsupportedMember {
            throw error(
                "user.\(member): Unsupported value: only client certificates, token, tokenFile and exec are; use one, "
                    + "for example a service account's token (kubectl create token)"
            )
        }
        let verification = try verification(cluster, readFile)
        let plugin = try user.plugin.map { plugin throws(AccessError) in try exec(plugin, cluster, verification) }
        var access = ClusterAccess(
            server: server,
            verification: verification,
            serverName: cluster.serverName,
            token: user.tokenFile.map { .file(resolve($0)) } ?? user.token.map { .fixed($0) } ?? plugin ?? .none,
            identity: try identity(user, readFile),
            namespace: context.namespace ?? "default"
        )
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
