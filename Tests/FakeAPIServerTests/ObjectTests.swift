import FakeAPIServer
import Foundation
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Objects of the fake API server` {
    private static let leases = FakeResource.leases.path(namespace: "agents")
    private static let merge = ["Content-Type: application/merge-patch+json"]

    @Test func `are created once`() async throws {
        try await FakeAPIServer.run { server in
            try await Wire.open(to: server) { wire in
                let body = #"{"metadata":{"name":"a"},"spec":{"holderIdentity":"x"}}"#
                let created = try await wire.ask("POST", Self.leases, body: body)
                #expect(created.code == 201)
                #expect(created.text.hasPrefix(#"{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":"#))
                #expect(created.metadata["namespace"] as? String == "agents")
                let again = try await wire.ask("POST", Self.leases, body: body)
                #expect(again.code == 409)
                #expect(again.json["reason"] as? String == "AlreadyExists")
                #expect(again.json["message"] as? String == "leases.coordination.k8s.io \"a\" already exists")
            }
        }
    }

    @Test func `are only replaced when their version is the current one`() async throws {
        try await FakeAPIServer.run { server in
            let old = try await server.create(["metadata": ["name": "a"]], in: .leases, namespace: "agents")
            try await server.update(
                "a",
                in: .leases,
                namespace: "agents",
                merging: ["spec": ["leaseDurationSeconds": 5]]
            )
            try await Wire.open(to: server) { wire in
                let path = Self.leases + "/a"
                let stale = try await wire.ask("PUT", path, body: old.text)
                #expect(stale.code == 409)
                #expect(stale.json["reason"] as? String == "Conflict")
                let unconditional = try await wire.ask("PUT", path, body: #"{"metadata":{"name":"a"}}"#)
                #expect(unconditional.code == 200)
                #expect(unconditional.metadata["uid"] as? String == old.uid)
                let patch = #"{"metadata":{"resourceVersion":"\#(old.resourceVersion)"},"spec":{}}"#
                #expect(try await wire.ask("PATCH", path, body: patch, headers: Self.merge).code == 409)
                let body = #"{"preconditions":{"resourceVersion":"\#(old.resourceVersion)"}}"#
                #expect(try await wire.ask("DELETE", path, body: body).code == 409)
                #expect(try await wire.ask("DELETE", path, body: #"{"preconditions":{"uid":"other"}}"#).code == 409)
                #expect(
                    try await wire.ask("DELETE", path, body: #"{"preconditions":{"uid":"\#(old.uid)"}}"#).code == 200
                )
                #expect(try await wire.ask("GET", path).json["reason"] as? String == "NotFound")
            }
        }
    }

    @Test func `of a custom resource have their status apart`() async throws {
        try await FakeAPIServer.run { server in
            let path = FakeResource.agentRuns.path(namespace: "agents")
            try await Wire.open(to: server) { wire in
                let body = #"{"metadata":{"generateName":"run-"},"spec":{"a":1},"status":{"phase":"Failed"}}"#
                let created = try await wire.ask("POST", path, body: body)
                #expect(created.json["status"] == nil)
                let name = try #require(created.metadata["name"] as? String)
                #expect(name.hasPrefix("run-") && name.count == 9)
                let patch = #"{"spec":{"a":2},"status":{"phase":"Running"}}"#
                let status = try await wire.ask("PATCH", "\(path)/\(name)/status", body: patch, headers: Self.merge)
                #expect(status.metadata["generation"] as? Int == 1)
                #expect((status.json["status"] as? [String: String]) == ["phase": "Running"])
                let spec = try await wire.ask(
                    "PATCH",
                    "\(path)/\(name)",
                    body: #"{"spec":{"a":3},"status":null}"#,
                    headers: Self.merge
                )
                #expect(spec.metadata["generation"] as? Int == 2)
                #expect((spec.json["status"] as? [String: String]) == ["phase": "Running"])
            }
        }
    }

    @Test func `with a finalizer are deleted when it is removed`() async throws {
        try await FakeAPIServer.run { server in
            let object: [String: Any] = ["metadata": ["name": "a", "finalizers": ["x/y"]]]
            try await server.create(object, in: .agentRuns, namespace: "agents")
            let marked = try await server.delete("a", in: .agentRuns, namespace: "agents")
            #expect(marked.metadata["deletionTimestamp"] != nil)
            #expect(try await server.object("a", in: .agentRuns, namespace: "agents") != nil)
            try await server.update(
                "a",
                in: .agentRuns,
                namespace: "agents",
                mergingJSON: #"{"metadata":{"finalizers":null}}"#
            )
            #expect(try await server.object("a", in: .agentRuns, namespace: "agents") == nil)
        }
    }

    @Test func `of a removed resource are unknown`() async throws {
        try await FakeAPIServer.run { server in
            try await server.create(["metadata": ["name": "a"]], in: .agents, namespace: "agents")
            try await server.remove(resource: .agents)
            try await Wire.open(to: server) { wire in
                let reply = try await wire.ask("GET", FakeResource.agents.path())
                #expect(reply.code == 404)
                #expect(reply.text == "404 page not found\n")
                try await server.restore(resource: .agents)
                #expect(try await wire.ask("GET", FakeResource.agents.path()).names == [])
            }
        }
    }

    @Test func `of webhook configurations are merged by the name of the webhook`() async throws {
        try await FakeAPIServer.run { server in
            let resource = FakeResource.validatingWebhookConfigurations
            try await server.create(
                json: #"{"metadata":{"name":"x"},"webhooks":[{"name":"a","n":1,"c":{"u":"v"}},{"name":"b","n":2}]}"#,
                in: resource
            )
            try await Wire.open(to: server) { wire in
                let type = ["Content-Type: application/strategic-merge-patch+json"]
                let path = resource.path() + "/x"
                let body = #"{"webhooks":[{"name":"a","c":{"w":"z"}}]}"#
                let patched = try await wire.ask("PATCH", path, body: body, headers: type)
                #expect(
                    patched.text.contains(#""webhooks":[{"c":{"u":"v","w":"z"},"n":1,"name":"a"},{"n":2,"name":"b"}]"#)
                )
                let stale = #"{"metadata":{"resourceVersion":"1"},"webhooks":[{"name":"a","n":3}]}"#
                #expect(try await wire.ask("PATCH", path, body: stale, headers: type).code == 409)
            }
        }
    }
}
