internal import JSONPull

/// A program that makes credentials (`client.authentication.k8s.io`), as managed clusters' kubeconfigs name one.
package struct ExecPlugin: Equatable, Sendable {
    /// What is told of the cluster when the kubeconfig says `provideClusterInfo`.
    package struct Cluster: Equatable, Sendable {
        package var server: String
        package var serverName: String?
        package var verification: ClusterAccess.Verification

        package init(server: String, serverName: String?, verification: ClusterAccess.Verification) {
            (self.server, self.serverName, self.verification) = (server, serverName, verification)
        }
    }

    package static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]
    /// A cloud's plugin makes a few calls of its own; one that hangs must not hold the state up for longer.
    static let timeoutMilliseconds = 30_000
    /// A certificate chain, a key and a token are some KB.
    static let maximumAnswerBytes = 1 << 20

    package var apiVersion: String
    /// A path, or a name that is searched for in `PATH`.
    package var command: String
    package var arguments: [String]
    /// Beside the process's own.
    package var environment: [String: String]
    package var installHint: String
    package var cluster: Cluster?

    package init(
        apiVersion: String,
        command: String,
        arguments: [String] = [],
        environment: [String: String] = [:],
        installHint: String = "",
        cluster: Cluster? = nil
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
        self.cluster = cluster
    }

    /// Runs the program and reads what it answers; blocks, at most for ``timeoutMilliseconds``.
    ///
    /// What it writes to standard error goes to ours, as a plugin explains itself there.
    ///
    /// - Parameter timeoutMilliseconds: for tests.
    /// - Returns: the credential.
    /// - Throws: `AccessError` with the program's name, never its output.
    package func run(timeoutMilliseconds: Int = Self.timeoutMilliseconds) throws(AccessError) -> ExecCredential {
        var variables = environment
        variables["KUBERNETES_EXEC_INFO"] = String(decoding: info, as: UTF8.self)
        let output: [UInt8]
        do throws(ChildProcessError) {
            output = try ChildProcess.output(
                of: [command] + arguments,
                environment: variables,
                timeoutMilliseconds: timeoutMilliseconds,
                maximumBytes: Self.maximumAnswerBytes
            )
        } catch {
            throw self.error("\(error.description)\(remedy(for: error))")
        }
        do throws(JSONError) {
            return try ExecCredential(decoding: output, apiVersion: apiVersion)
        } catch {
            // The reason alone: the text around it may be a token.
            throw self.error("its output is no ExecCredential of \(apiVersion) (\(error.reason)); check its arguments")
        }
    }

    private func error(_ reason: String) -> AccessError {
        AccessError(place: "the kubeconfig's exec plugin \(APIStatus.oneLine(command))", reason: reason)
    }

    private func remedy(for error: ChildProcessError) -> String {
        switch error {
        case .notStarted where !installHint.isEmpty: "; \(APIStatus.oneLine(installHint))"
        case .notStarted: "; install it, or correct user.exec.command"
        case .failed, .killed: "; run it by hand to see why"
        case .timedOut: "; run it by hand to see what it waits for"
        case .tooMuch: "; check its arguments"
        case .lost: "; do not start this process with SIGCHLD ignored"
        }
    }

    /// The value of `KUBERNETES_EXEC_INFO`.
    private var info: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("apiVersion")
        writer.string(apiVersion)
        writer.key("kind")
        writer.string("ExecCredential")
        writer.key("spec")
        writer.beginObject()
        writer.key("interactive")
        writer.boolean(false)
        if let cluster {
            writer.key("cluster")
            cluster.write(to: &writer)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

/// What a plugin gave.
package struct ExecCredential: Equatable, Sendable {
    /// So long before its end a credential is made anew, and so long one is used at least, whatever end it has: a program
    /// is not started for each request because a clock is wrong.
    static let leewaySeconds: Int64 = 30
    /// More than any process lives.
    private static let longestSeconds: Int64 = 1 << 40

    package var token: String?
    package var identity: ClusterAccess.Identity?
    /// Seconds since 1970; nil is as long as the server takes it.
    package var expirySeconds: Int64?

    /// How long it is used when it was made at that time, unless the server refuses it.
    ///
    /// The wall clock is looked at once: that it jumps later does not make what was given older or younger.
    func milliseconds(at wallSeconds: Int64) -> Int64 {
        guard let expirySeconds else { return Self.longestSeconds * 1000 }
        let (life, isTooLong) = expirySeconds.subtractingReportingOverflow(wallSeconds)
        let seconds = isTooLong ? (expirySeconds > wallSeconds ? Self.longestSeconds : 0) : life
        return 1000 * max(min(max(seconds, 0), Self.longestSeconds) - Self.leewaySeconds, Self.leewaySeconds)
    }
}
