internal import ArgumentParser
private import SelfManagedCertificates
internal import Serving

/// Whether the server keeps its certificate in the cluster, and where.
struct SelfManagedOptions: ParsableArguments {
    /// An authority is renewed when a third of its time is left, and waits for the settle time once: twice that is room.
    private static let settlesInLifetime: Int64 = 6

    @Flag(
        name: .customLong("self-managed-certs"),
        help: ArgumentHelp(
            """
            Make the serving certificate and its authority, keep both in a Secret, write the authority into caBundle of the \
            webhooks, and renew all of it ahead of time.
            """
        )
    )
    var isOn = false

    @Option(
        name: .customLong("certs-secret"),
        help: ArgumentHelp("Secret they are kept in; it may be empty.", valueName: "name")
    )
    var secret = "agentrun-admission-certs"

    @Option(
        name: .customLong("webhook-configuration"),
        help: ArgumentHelp("ValidatingWebhookConfiguration that calls this server.", valueName: "name")
    )
    var configuration = "agentrun-admission"

    @Option(
        name: .customLong("service"),
        help: ArgumentHelp(
            "Service that the webhooks call: the certificate is for NAME.NAMESPACE.svc.",
            valueName: "name"
        )
    )
    var service = "agentrun-admission"

    @Option(
        name: .customLong("service-namespace"),
        help: ArgumentHelp(
            "Namespace of the Service and the Secret; without it the pod's, or that of the kubeconfig's context.",
            valueName: "name"
        )
    )
    var namespace: String?

    @Option(
        name: .customLong("certs-lifetime"),
        help: ArgumentHelp("How long a serving certificate is valid: 30d, 12h, 15m, 90s.", valueName: "time")
    )
    var lifetime = TimeSpan(seconds: KeeperTiming().pairSeconds)

    @Option(
        name: .customLong("certs-authority-lifetime"),
        help: ArgumentHelp("How long the authority is valid.", valueName: "time")
    )
    var authorityLifetime = TimeSpan(seconds: KeeperTiming().authoritySeconds)

    @Option(
        name: .customLong("certs-settle"),
        help: ArgumentHelp(
            "How long every API server must have had time to hear of a new authority before it is used.",
            valueName: "time"
        )
    )
    var settle = TimeSpan(seconds: KeeperTiming().settleMilliseconds / 1000)

    func validate() throws {
        for (flag, name) in [("--service", service), ("--service-namespace", namespace)] {
            guard let name, !NamespaceOptions.isLabel(name) else { continue }
            throw ValidationError("\(flag) must be at most 63 of a-z, 0-9 and -, with a letter or digit at both ends")
        }
        for (flag, name) in [("--certs-secret", secret), ("--webhook-configuration", configuration)]
        where name.utf8.count > 253 || name.wholeMatch(of: /[a-z0-9]([-.a-z0-9]*[a-z0-9])?/) == nil {
            throw ValidationError("\(flag) must be an object's name: a-z, 0-9, - and .")
        }
        guard lifetime.seconds >= 10, lifetime.seconds <= authorityLifetime.seconds else {
            throw ValidationError(
                "--certs-lifetime must be at least 10s, and not longer than --certs-authority-lifetime"
            )
        }
        guard authorityLifetime.seconds <= KeeperTiming.longestAuthoritySeconds else {
            throw ValidationError("--certs-authority-lifetime must be at most 3650d")
        }
        guard Self.settlesInLifetime * settle.seconds <= authorityLifetime.seconds else {
            throw ValidationError("--certs-settle must be at most a sixth of --certs-authority-lifetime")
        }
    }

    private var timing: KeeperTiming {
        var timing = KeeperTiming()
        timing.pairSeconds = lifetime.seconds
        timing.authoritySeconds = authorityLifetime.seconds
        timing.settleMilliseconds = settle.seconds * 1000
        return timing
    }

    /// Nil where it does not.
    func settings(_ connection: ClusterConnection?) -> ServerSettings.SelfManaged? {
        guard isOn else { return nil }
        return ServerSettings.SelfManaged(
            connection: connection,
            namespace: namespace,
            secret: secret,
            configuration: configuration,
            service: service,
            timing: timing
        )
    }
}
