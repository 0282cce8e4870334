import FakeAPIServer
import Foundation
import SelfManagedCertificates
import TLS
import TestPatience
import Testing

/// Keepers against an API server that answers as a real one does.
@Suite(.limit(minutes: 5)) struct `Certificates kept in the cluster` {
    private let clock = VirtualClock()

    @Test func `replicas that start together agree on one certificate and tell every webhook of theirs`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(3, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                #expect(Set(replicas.map(\.fingerprint)).count == 1)
                let secret = try await server.secret()
                #expect(Set(secret.keys) == ["note", "ca.crt", "ca.key", "made-ca.sha256", "tls.crt", "tls.key"])
                #expect(secret["note"] == "hello")
                let bundles = try await server.bundles()
                #expect(bundles == [secret["ca.crt"] ?? "", "other", secret["ca.crt"] ?? ""])
                #expect(replicas.flatMap(\.lines).filter { $0 == "trusted 1" }.count == 1)
                let kept = try await server.object("certs", in: .secrets, namespace: "hooks")
                #expect(kept?.metadata["labels"] as? [String: String] == ["app": "judge"])
                #expect(!replicas.flatMap(\.lines).contains { $0.contains("PRIVATE KEY") })
            }
        }
    }

    @Test func `a Secret that is not there is created`() async throws {
        try await FakeAPIServer.forCertificates(clock, hasSecret: false) { server in
            try await Replica.run(2, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                #expect(replicas[0].fingerprint == replicas[1].fingerprint)
            }
        }
    }

    /// Which request is refused, and what an operator is told to grant.
    static let refusals: [(FaultRule.Match, hasSecret: Bool, message: String)] = [
        (.init(.get, .secrets), true, "grant the verb get on secrets (apiGroups: \"\"), resourceNames: certs, to"),
        (.init(.update, .secrets), true, "cannot update secrets \"certs\" in namespace hooks: HTTP 403"),
        (.init(.create, .secrets), false, "apply an empty Secret of that name, or grant the verb create on secrets"),
        (
            .init(.get, .validatingWebhookConfigurations), true,
            "grant the verb get on validatingwebhookconfigurations (apiGroups: admissionregistration.k8s.io), "
                + "resourceNames: judges, to"
        ),
        (.init(.patch, .validatingWebhookConfigurations), true, "grant the verb patch on validatingwebhookconf"),
    ]

    @Test(arguments: refusals)
    func `a right that is missing is named, once, and made use of as soon as it is there`(
        match: FaultRule.Match,
        hasSecret: Bool,
        message: String
    ) async throws {
        try await FakeAPIServer.forCertificates(clock, hasSecret: hasSecret) { server in
            try await server.script(FaultRule(matching: match, times: nil, .status(403, "Forbidden", "not allowed")))
            try await Replica.run(on: server, clock) { replicas in
                let replica = replicas[0]
                try await replica.until(message)
                try await replica.until {
                    replica.keeper.wake()
                    clock.advance(seconds: 1)
                    return try await server.observations.requests(match).count > 2
                }
                #expect(replica.keeper.readinessProblem?.contains(message) == true)
                #expect(replica.lines.filter { $0.hasPrefix("failed") }.count == 1)
                try await server.removeScript()
                try await replica.until {
                    replica.keeper.wake()
                    clock.advance(seconds: 1)
                    return replica.isReady
                }
                #expect(replica.keeper.failure == nil)
            }
        }
    }

    @Test func `a refusal whose text holds the time is told once`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            for second in 10..<14 {
                let fault = Fault.status(500, "InternalError", "current time 2026-11-28T22:00:\(second)Z is after")
                try await server.script(FaultRule(matching: .init(.get, .secrets), times: 1, fault))
            }
            try await Replica.run(on: server, clock) { replicas in
                try await replicas[0].until {
                    replicas[0].keeper.wake()
                    clock.advance(seconds: 1)
                    return replicas[0].isReady && replicas[0].keeper.failure == nil
                }
                #expect(replicas[0].lines.filter { $0.hasPrefix("failed") }.count == 1)
                #expect(replicas[0].lines.filter { $0 == "recovered" }.count == 1)
            }
        }
    }

    /// What goes wrong with the first write of either object.
    static let faults: [(FaultRule.Match, Fault)] = [
        (.init(.update, .secrets), .loseAnswer), (.init(.update, .secrets), .closeBeforeAnswer),
        (.init(.update, .secrets), .status(409, "Conflict", "the object has been modified")),
        (.init(.update, .secrets), .tooManyRequests(retryAfterSeconds: 1)), (.init(.get, .secrets), .html(code: 502)),
        (.init(.patch, .validatingWebhookConfigurations), .loseAnswer),
        (.init(.patch, .validatingWebhookConfigurations), .status(409, "Conflict", "the object has been modified")),
        (.init(.get, .validatingWebhookConfigurations), .status(500, "InternalError", "etcd")),
    ]

    @Test(arguments: faults)
    func `a failure is got over, and the replicas still agree`(match: FaultRule.Match, fault: Fault) async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await server.script(FaultRule(matching: match, times: 2, fault))
            try await Replica.run(2, on: server, clock) { replicas in
                for replica in replicas {
                    try await replica.until {
                        clock.advance(seconds: 1)
                        replica.keeper.wake()
                        return replica.isReady
                    }
                }
                #expect(replicas[0].fingerprint == replicas[1].fingerprint)
                #expect(try await server.trustedCount() == 1)
            }
        }
    }

    @Test(arguments: ["", "Z2FyYmFnZQ==", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", "not base64"])
    func `a bundle that somebody overwrote is mended at once`(bundle: String) async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(2, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                try await server.waitUntil(watchCount: 2, of: .validatingWebhookConfigurations)
                let before = try await server.bundles()
                // Writes follow each other at a distance, in the keepers' time.
                clock.advance(seconds: 30)
                try await server.set(bundle: bundle)
                try await replicas[0].until { try await server.bundles() == before }
            }
        }
    }

    /// What somebody puts into the bundle of one webhook: how many, for how long, and whether they are there at the start.
    @Test(arguments: [(1, 36_500, false), (9, 36_500, false), (9, 1, false), (9, 36_500, true), (1, 1, true)])
    func `authorities that only bear our name stay where they are and hold nothing up`(
        count: Int,
        days: Int,
        isFirst: Bool
    ) async throws {
        let name = "agentrun-admission self-managed authority"
        let planted = try (0..<count).map { _ in
            try CertificateAuthority.make(commonName: name, days: days, now: clock.time).issued.certificatePEM
        }
        try await FakeAPIServer.forCertificates(clock) { server in
            if isFirst { try await server.put(planted.joined(), intoBundle: 0) }
            try await Replica.run(2, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                let authority = try await server.secret()["ca.crt"] ?? ""
                if !isFirst { try await server.put(authority + planted.joined(), intoBundle: 0) }
                // Renewal goes its way, which takes several writes of the bundles.
                clock.advance(seconds: 6001)
                try await server.move(clock, replicas) { try await server.secret()["ca.crt"] != authority }
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                let next = try await server.secret()["ca.crt"] ?? ""
                #expect(next != authority)
                #expect(try await server.bundles()[0] == next + authority + planted.joined())
                #expect(try await server.bundles()[2] == next + authority)
                // Taken away, they are gone.
                try await server.put(next + authority, intoBundle: 0)
                let before = try await server.observations.requestCount
                try await server.move(clock, replicas) { try await server.observations.requestCount > before + 20 }
                #expect(try await server.bundles()[0] == next + authority)
            }
        }
    }

    @Test func `a Secret that is deleted comes back as it was`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(2, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                try await server.waitUntil(watchCount: 2, of: .secrets)
                let before = try await server.secret().filter { $0.key != "note" }
                clock.advance(seconds: 30)
                try await server.delete("certs", in: .secrets, namespace: "hooks")
                try await replicas[0].until { try await server.secret() == before }
                #expect(replicas.allSatisfy { $0.isReady })
            }
        }
    }

    @Test(arguments: ["tls.key", "tls.crt", "ca.crt"])
    func `a Secret that is half written is not used, and made whole`(key: String) async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas[0].isReady }
                try await server.waitUntil(watchCount: 1, of: .secrets)
                let (before, served) = (try await server.secret(), replicas[0].fingerprint)
                clock.advance(seconds: 30)
                let half = Data((before[key] ?? "").utf8.prefix(100)).base64EncodedString()
                let patch = ["data": [key: half]]
                try await server.update("certs", in: .secrets, namespace: "hooks", merging: patch)
                try await replicas[0].until("unusable")
                try await replicas[0].until { try await server.secret() == before }
                #expect(replicas[0].fingerprint == served)
            }
        }
    }

    @Test func `a configuration that comes later is told when it comes`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            let judges = try #require(try await server.object("judges", in: .validatingWebhookConfigurations)).text
            try await server.delete("judges", in: .validatingWebhookConfigurations)
            try await Replica.run(on: server, clock) { replicas in
                let replica = replicas[0]
                try await replica.until { replica.keeper.readinessProblem?.contains("does not exist") == true }
                try await server.waitUntil(watchCount: 1, of: .validatingWebhookConfigurations)
                try await server.create(json: judges, in: .validatingWebhookConfigurations)
                try await server.move(clock, replicas) { replica.isReady }
            }
        }
    }

    @Test func `a configuration whose webhooks call another service is a problem that is named`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            let patch: [String: Any] = ["webhooks": []]
            try await server.update("judges", in: .validatingWebhookConfigurations, merging: patch)
            try await Replica.run(on: server, clock) { replicas in
                try await replicas[0].until {
                    replicas[0].keeper.readinessProblem?.contains("calls the service hooks/judge") == true
                }
            }
        }
    }

    @Test func `without the right to watch it looks now and then`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            let list = FaultRule.Match(.list, .validatingWebhookConfigurations)
            try await server.script(FaultRule(matching: list, times: nil, .status(403, "Forbidden", "not allowed")))
            try await Replica.run(on: server, clock) { replicas in
                let replica = replicas[0]
                try await replica.until("unwatched: cannot list and watch validatingwebhookconfigurations")
                try await server.move(clock, replicas) { replica.isReady }
                #expect(try await server.observations.requests(list).count == 1)
            }
        }
    }

    @Test func `a next authority that has expired does not keep the authority from being renewed`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(on: server, clock) { replicas in
                let replica = replicas[0]
                try await server.move(clock, replicas) { replica.isReady }
                let name = "agentrun-admission self-managed authority"
                let end = clock.time.adding(seconds: 100)
                let next = try CertificateAuthority.make(commonName: name, until: end, now: clock.time).issued
                clock.advance(seconds: 200)
                let texts = ["next-ca.crt": next.certificatePEM, "next-ca.key": next.privateKeyPEM]
                let data = texts.mapValues { Data($0.utf8).base64EncodedString() }
                try await server.update("certs", in: .secrets, namespace: "hooks", merging: ["data": data])
                try await replica.until("unusable: next-ca.crt expired at")
                let first = try await server.secret()["ca.crt"]
                clock.advance(seconds: 5801)
                try await server.move(clock, replicas) { replica.lines.contains("wrote promote") }
                #expect(try await server.secret()["ca.crt"] != first)
                #expect(replica.lines.filter { $0.hasPrefix("unusable: next-ca") }.count == 1)
                try await server.move(clock, replicas) {
                    replica.keeper.authorityEnd ?? clock.time > clock.time.adding(seconds: 6000)
                }
            }
        }
    }

    @Test func `a certificate is renewed while a third of its time is left, by the same authority`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(2, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                let (first, secret) = (replicas[0].fingerprint, try await server.secret())
                clock.advance(seconds: 2001)
                replicas[1].keeper.wake()
                for replica in replicas { try await replica.until { replica.fingerprint != first } }
                #expect(replicas[0].fingerprint == replicas[1].fingerprint)
                #expect(try await server.secret()["ca.crt"] == secret["ca.crt"])
                #expect(replicas.flatMap(\.lines).filter { $0 == "wrote issue" }.count >= 1)
            }
        }
    }
}
