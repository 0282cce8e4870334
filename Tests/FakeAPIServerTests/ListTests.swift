import FakeAPIServer
import Foundation
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Lists of the fake API server` {
    @Test func `are one snapshot over all pages`() async throws {
        try await FakeAPIServer.run { server in
            for name in ["d", "b", "a", "c"] {
                try await server.create(["metadata": ["name": name]], in: .agentRuns, namespace: "agents")
            }
            let version = try await server.resourceVersion
            try await Wire.open(to: server) { wire in
                let path = FakeResource.agentRuns.path()
                let first = try await wire.ask("GET", path + "?limit=2")
                #expect(first.names == ["a", "b"])
                #expect(first.text.hasPrefix(#"{"apiVersion":"agents.proompteng.ai/v1alpha1","items":[{"apiVersion":"#))
                #expect(first.json["kind"] as? String == "AgentRunList")
                #expect(first.metadata["resourceVersion"] as? String == String(version))
                #expect(first.metadata["remainingItemCount"] as? Int == 2)
                try await server.delete("c", in: .agentRuns, namespace: "agents")
                try await server.create(["metadata": ["name": "e"]], in: .agentRuns, namespace: "agents")
                let token = try #require(first.metadata["continue"] as? String)
                let second = try await wire.ask("GET", path + "?limit=2&continue=\(token)")
                #expect(second.names == ["c", "d"])
                #expect(second.metadata["continue"] as? String == "")
                #expect(second.metadata["resourceVersion"] as? String == String(version))
            }
        }
    }

    @Test func `end in 410 when their snapshot is gone, and can go on without it`() async throws {
        try await FakeAPIServer.run { server in
            for name in ["a", "b"] { try await server.create(["metadata": ["name": name]], in: .namespaces) }
            try await Wire.open(to: server) { wire in
                let first = try await wire.ask("GET", "/api/v1/namespaces?limit=1")
                #expect(
                    first.text.hasPrefix(#"{"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":"#)
                )
                #expect(!first.text.contains(#""kind":"Namespace""#))
                let token = try #require(first.metadata["continue"] as? String)
                try await server.expireHistory()
                let gone = try await wire.ask("GET", "/api/v1/namespaces?limit=1&continue=\(token)")
                #expect(gone.code == 410)
                #expect(gone.json["reason"] as? String == "Expired")
                let next = try #require(gone.metadata["continue"] as? String)
                #expect(try await wire.ask("GET", "/api/v1/namespaces?limit=1&continue=\(next)").names == ["b"])
            }
        }
    }

    @Test func `and watches by labels have what has them`() async throws {
        try await FakeAPIServer.run { server in
            for (name, value) in [("a", "x"), ("b", "y"), ("c", "x")] {
                let object: [String: Any] = ["metadata": ["name": name, "labels": ["k": value, "l": "m"]]]
                try await server.create(object, in: .leases, namespace: "system")
            }
            try await Wire.open(to: server) { wire in
                let path = FakeResource.leases.path(namespace: "system") + "?labelSelector="
                let both = try await wire.ask("GET", path + "k%3Dx%2Cl%3Dm")
                #expect(both.names == ["a", "c"])
                let none = try await wire.ask("GET", path + "k%3Dz")
                #expect(none.names == [])
                let unknown = try await wire.ask("GET", path + "k!%3Dz")
                #expect(unknown.code == 400)
            }
        }
    }

    @Test func `of a namespace hold nothing of another`() async throws {
        try await FakeAPIServer.run { server in
            for namespace in ["a", "a-b", "ab", "b"] {
                try await server.create(["metadata": ["name": "x-\(namespace)"]], in: .secrets, namespace: namespace)
            }
            try await Wire.open(to: server) { wire in
                let one = try await wire.ask("GET", "/api/v1/namespaces/a/secrets")
                #expect(one.names == ["x-a"])
                let all = try await wire.ask("GET", "/api/v1/secrets")
                #expect(all.names == ["x-a-b", "x-a", "x-ab", "x-b"])
            }
        }
    }

    @Test func `of many objects come in chunks and whole`() async throws {
        try await FakeAPIServer.run { server in
            let template = try AgentRunTemplate()
            try await server.bulkLoad(.agentRuns, count: 300) { template.run($0) }
            try await Wire.open(to: server) { wire in
                let all = try await wire.ask("GET", FakeResource.agentRuns.path())
                #expect(Set(all.names).count == 300)
                let item = try #require((all.json["items"] as? [[String: Any]])?.first)
                let uid = (item["metadata"] as? [String: Any])?["uid"] as? String
                #expect(uid == "00000000-0000-4000-8000-000000000000")
            }
        }
    }

    @Test func `are of one object with the selector of its name, and of no other selector`() async throws {
        try await FakeAPIServer.run { server in
            for name in ["a", "b"] {
                try await server.create(["metadata": ["name": name]], in: .secrets, namespace: "n")
            }
            try await Wire.open(to: server) { wire in
                let path = FakeResource.secrets.path(namespace: "n")
                let one = try await wire.ask("GET", path + "?fieldSelector=metadata.name%3Db")
                #expect(one.names == ["b"])
                #expect(try await wire.ask("GET", path + "?fieldSelector=metadata.name%3Dc").names == [])
                #expect(try await wire.ask("GET", path + "?fieldSelector=type%3DOpaque").code == 400)
            }
        }
    }
}
