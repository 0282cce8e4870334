import TestCheckout
import TestPatience
import TestPrograms
import Testing

@testable import AdmissionServer

/// The replicas: what they may, how they are started, asked and stopped.
@Suite(.limit(minutes: 2)) struct `A replica` {
    @Test(arguments: Installation.folders)
    func `keeps to the restricted profile, and writes nowhere`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        #expect(RestrictedProfile.violations(of: installation.pod).isEmpty)
        #expect(installation.container["securityContext"]["readOnlyRootFilesystem"].bool == true)
        for mount in installation.container["volumeMounts"].array { #expect(mount["readOnly"].bool == true) }
        let labels = installation.only("Namespace")["metadata"]["labels"]
        for mode in ["enforce", "audit", "warn"] {
            #expect(labels["pod-security.kubernetes.io/\(mode)"].string == "restricted")
        }
    }

    @Test(arguments: [
        ("hostNetwork: true", "hostNetwork"), ("volumes: [{name: host, hostPath: {path: /}}]", "volume host"),
        ("securityContext: {runAsNonRoot: true, seccompProfile: {type: Unconfined}}", "seccompProfile"),
        ("securityContext: {seccompProfile: {type: RuntimeDefault}}", "runAsNonRoot"),
        ("initContainers: [{name: x}]", "capabilities.drop"),
    ])
    func `out of the profile is noticed`(change: String, violation: String) throws {
        let good = """
            securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
            containers:
              - securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """
        let pod = try #require(try Value.documents(good).first)
        #expect(RestrictedProfile.violations(of: pod).isEmpty)
        let changed = try #require(try Value.documents(change).first)
        let merged = Value.object(pod.object.merging(changed.object) { $1 })
        #expect(RestrictedProfile.violations(of: merged).contains(violation))
    }

    @Test(arguments: Installation.folders)
    func `is started with flags the server has`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        #expect(installation.container["args"].strings.first == "serve")
        let help = try await Program.agentrunAdmission("serve", "--help").output
        let known = Set(help.matches(of: /--[a-z0-9-]+/).map { String($0.output) })
        for flag in installation.flags.keys { #expect(known.contains(flag), "serve has no \(flag)") }
    }

    @Test func `is started alike whatever its certificates come from`() async throws {
        let certificates: Set = ["--tls-cert", "--tls-key", "--tls-name", "--self-managed-certs"]
        // What an example is of.
        let others: Set = ["--events", "--reports"]
        var common: [[String: String]] = []
        for folder in Installation.folders {
            let flags = try await Installation.render(folder).flags
            let ways = [flags["--self-managed-certs"] != nil, flags["--tls-cert"] != nil && flags["--tls-key"] != nil]
            #expect(ways.filter { $0 }.count == 1, "\(folder)")
            common.append(flags.filter { !certificates.union(others).contains($0.key) })
        }
        #expect(Set(common).count == 1, "\(common)")
    }

    @Test(arguments: Installation.folders)
    func `finds its files in what is mounted`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let mounts = installation.container["volumeMounts"].array
        let volumes = installation.pod["volumes"].array
        #expect(Set(mounts.compactMap { $0["name"].string }) == Set(volumes.compactMap { $0["name"].string }))
        // A file mounted alone would never change.
        for mount in mounts { #expect(mount["subPath"] == .null) }
        var files: [String: Set<String>] = [:]
        for (flag, path) in installation.flags where path.hasPrefix("/") {
            let mount = try #require(mounts.first { path.hasPrefix("\($0["mountPath"].string ?? "?")/") }, "\(flag)")
            let file = path.split(separator: "/").last.map(String.init) ?? ""
            files[mount["name"].string ?? "", default: []].insert(file)
        }
        for volume in volumes {
            let needed = try #require(files[volume["name"].string ?? ""])
            if let name = volume["configMap"]["name"].string {
                #expect(Set(installation.named("ConfigMap", name)["data"].object.keys) == needed)
            } else if let source = volume["projected"]["sources"].array.first {
                #expect(source["podCertificate"]["credentialBundlePath"].string.map { [$0] } == Array(needed))
            } else {
                #expect(volume["secret"]["secretName"].string == "agentrun-admission-tls")
                #expect(needed == ["tls.crt", "tls.key"])
            }
        }
    }

    @Test(arguments: Installation.folders)
    func `is probed where it answers`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        #expect(installation.flags["--metrics-tls"] == nil, "the probes go by plain HTTP")
        #expect(installation.flags["--port"] == nil && installation.port("https") == 8443)
        for (probe, route) in [("startupProbe", Route.livez), ("livenessProbe", .livez), ("readinessProbe", .readyz)] {
            let get = installation.container[probe]["httpGet"]
            #expect(get["path"].string == route.path)
            // Where whoever fills the port of the reviews is not in the way, and no certificate is asked for.
            #expect(get["scheme"].string == "HTTP")
            #expect(get["port"].string == "metrics" && installation.port("metrics") == 9090)
        }
        // An overloaded replica is slow, not dead.
        let liveness = installation.container["livenessProbe"]
        #expect((liveness["periodSeconds"].int ?? 0) * (liveness["failureThreshold"].int ?? 0) >= 60)
    }

    @Test(arguments: Installation.folders)
    func `has the time to drain`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let delay = try #require(installation.flags["--drain-delay"].flatMap { Int($0) })
        let drain = try #require(installation.flags["--drain-timeout"].flatMap { Int($0) })
        let grace = try #require(installation.pod["terminationGracePeriodSeconds"].int)
        // The process ends by itself after twice the time-out and 5 seconds, whatever is stuck.
        #expect(grace >= 2 * drain + 5)
        // The time-out counts from the signal, as the delay does.
        let timeouts = installation.webhooks.compactMap { $0["timeoutSeconds"].int }
        #expect(drain - delay > (timeouts.max() ?? drain), "a review under way may wait longer than the server drains")
        let readiness = installation.container["readinessProbe"]
        let noticed = (readiness["periodSeconds"].int ?? 100) * (readiness["failureThreshold"].int ?? 100)
        #expect(delay > noticed)
        let update = installation.only("Deployment")["spec"]["strategy"]["rollingUpdate"]
        #expect(update["maxUnavailable"].int == 0)
        #expect(installation.container["lifecycle"] == .null)
    }

    @Test(arguments: Installation.folders)
    func `is one of three that everything else selects`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let deployment = installation.only("Deployment")["spec"]
        #expect(deployment["replicas"].int == 3)
        let labels = installation.podTemplate["metadata"]["labels"].stringMembers
        let disruption = installation.only("PodDisruptionBudget")["spec"]
        #expect(disruption["maxUnavailable"].int == 1)
        let network = installation.only("NetworkPolicy")["spec"]
        let spread = installation.pod["topologySpreadConstraints"].array
        #expect(spread.count == 2)
        let selectors = [deployment["selector"], disruption["selector"], network["podSelector"]]
        for selector in selectors + spread.map({ $0["labelSelector"] }) {
            #expect(!selector.object.isEmpty && LabelSelector(value: selector).matches(labels) == true)
        }
        let service = installation.only("Service")["spec"]["selector"].stringMembers
        #expect(!service.isEmpty && service.allSatisfy { labels[$0] == $1 })
    }

    @Test(arguments: Installation.folders)
    func `is reached by what has to reach it`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let network = installation.only("NetworkPolicy")["spec"]
        #expect(Set(network["policyTypes"].strings) == ["Ingress", "Egress"])
        let open = network["ingress"].array.filter { $0["from"] == .null }.flatMap { $0["ports"].array }
        #expect(open.compactMap { $0["port"].string } == ["https"])
        let closed = network["ingress"].array.filter { $0["from"] != .null }.flatMap { $0["ports"].array }
        #expect(closed.compactMap { $0["port"].string } == ["metrics"])
        #expect(installation.port("metrics").map(String.init) == installation.flags["--metrics-port"])
    }

    @Test(arguments: Installation.folders)
    func `is the version of this repository`(folder: String) async throws {
        let image = try await Installation.render(folder).container["image"].string
        #expect(image == "agentrun-admission:\(ProductVersion.number)")
        let containerfile = try Checkout.text("deploy/Containerfile")
        #expect(containerfile.contains("--tag agentrun-admission:\(ProductVersion.number) "))
    }

    /// What the runtime prints of registers is memory, and with it whatever is there.
    @Test func `leaves a backtrace when it crashes, and no memory with it`() throws {
        let lines = try Checkout.text("deploy/Containerfile").split(separator: "\n")
        let setting = try #require(lines.first { $0.hasPrefix("ENV SWIFT_BACKTRACE=") })
        let options = setting.dropFirst("ENV SWIFT_BACKTRACE=".count).split(separator: ",").map(String.init)
        #expect(options.contains("enable=yes") && options.contains("registers=none"))
        let program = try #require(options.first { $0.hasPrefix("swift-backtrace=") }).split(separator: "=")[1]
        #expect(lines.contains { $0.hasSuffix("-static:\(program)") })
    }

    @Test func `has the user and the ports of the image`() async throws {
        let installation = try await Installation.render(Installation.folders[0])
        let lines = try Checkout.text("deploy/Containerfile").split(separator: "\n")
        let user = try #require(installation.pod["securityContext"]["runAsUser"].int)
        #expect(lines.last { $0.hasPrefix("USER ") } == "USER \(user):\(user)")
        #expect(installation.pod["securityContext"]["runAsGroup"].int == user)
        let ports = installation.container["ports"].array.compactMap { $0["containerPort"].int }
        #expect(lines.last { $0.hasPrefix("EXPOSE ") } == "EXPOSE \(ports.map(String.init).joined(separator: " "))")
    }
}
