import AdmissionAPI
import Foundation
import JSONPull
import TestCheckout
import Testing

/// The header fields of recorded reviews, by the facts of `Golden/requests/INDEX.md`.
@Suite struct `Recorded reviews` {
    /// One row of the table in `INDEX.md`.
    struct Row: CustomTestStringConvertible {
        var name: String
        var operation: String
        var resource: String
        var subResource: String
        var dryRun: Bool
        var testDescription: String { name }
    }

    static func rows() throws -> [Row] {
        let index = try Checkout.text("Tests/Golden/requests/INDEX.md")
        return index.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 6, cells[0].hasSuffix(".json") else { return nil }
            let resource = cells[2].split(separator: "/").map(String.init)
            return Row(
                name: String(cells[0].dropLast(5)),
                operation: cells[1],
                resource: resource[0],
                subResource: resource.count > 1 ? resource[1] : "",
                dryRun: cells[3] == "true"
            )
        }
    }

    @Test func `are all in the table`() throws {
        #expect(try Self.rows().count == Recordings.names().count)
    }

    @Test(arguments: try rows())
    func `have the fields that were sent`(row: Row) throws {
        let body = try Recordings.body(row.name)
        let review = try AdmissionReview.decode(body)
        let request = review.request
        #expect(review.version == (row.name.hasSuffix("v1beta1") ? .v1beta1 : .v1))
        #expect(request.operation.name.string == row.operation)
        #expect(request.resource.resource.string == row.resource)
        #expect(request.resource.version == "v1alpha1")
        #expect(request.resource.group.string.hasSuffix("proompteng.ai"))
        #expect(request.kind.version == request.resource.version && request.kind.group == request.resource.group)
        #expect(request.kind.kind.string.lowercased() + "s" == row.resource)
        #expect(request.subResource.string == row.subResource)
        #expect(request.dryRun == row.dryRun)
        #expect(request.uid.count == 36)
        #expect(!request.namespace.isEmpty)
        #expect(request.name.isEmpty == row.name.hasPrefix("agentrun-deletecollection"))
        #expect(!request.userInfo.username.isEmpty)
        #expect(request.userInfo.groups.contains("system:authenticated") || row.name == "agentrun-create-impersonated")
        #expect((request.object == nil) == (row.operation == "DELETE"))
        #expect((request.oldObject == nil) == (row.operation == "CREATE"))
        for range in [request.object, request.oldObject].compactMap(\.self) {
            #expect(body[range.lowerBound] == UInt8(ascii: "{") && body[range.upperBound - 1] == UInt8(ascii: "}"))
            let part = Array(body[range])
            #expect(throws: Never.self) {
                try JSONReader.read(part) { reader throws(JSONError) in try reader.skipValue() }
            }
        }
    }

    @Test(arguments: [
        ("agentrun-create-apply", "leader-election-implementation-20260207-run", "agents", "kubernetes-admin"),
        ("agentrun-create-other-namespace", "", "team-a", "kubernetes-admin"),
        ("agentrun-create-as-groups", "", "agents", "bob"),
        ("agentrun-create-serviceaccount", "", "agents", "system:serviceaccount:agents:agents-controller"),
    ])
    func `name the object and who asks`(file: String, name: String, namespace: String, user: String) throws {
        let request = try AdmissionReview.decode(try Recordings.body(file)).request
        if !name.isEmpty { #expect(request.name.string == name) }
        #expect(request.namespace.string == namespace)
        #expect(request.userInfo.username.string == user)
    }

    @Test func `keep the impersonated groups in order`() throws {
        let request = try AdmissionReview.decode(try Recordings.body("agentrun-create-as-groups")).request
        #expect(request.userInfo.groups.prefix(2) == ["platform", "system:masters"])
    }

    @Test func `have the generated name filled in already`() throws {
        let short = try AdmissionReview.decode(try Recordings.body("agentrun-create-generatename")).request
        #expect(!short.name.isEmpty)
        let long = try AdmissionReview.decode(try Recordings.body("agentrun-create-generatename-long")).request
        #expect(long.name.string.utf8.count == 63)
        let longest = try AdmissionReview.decode(try Recordings.body("agentrun-create-name-253")).request
        #expect(longest.name.string.utf8.count == 253)
    }
}

/// Reviews as nobody records them.
@Suite struct `Decoding a review` {
    private func decode(_ text: String) throws -> AdmissionReview {
        try AdmissionReview.decode(Array(text.utf8))
    }

    /// A review of a request with `members`, which may repeat or null what stands before them.
    private func request(_ members: String) throws -> AdmissionRequest {
        let start = #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{},"#
        return try decode(start + #""operation":"CREATE""# + (members.isEmpty ? "" : "," + members) + "}}").request
    }

    @Test func `needs only uid, kind and operation`() throws {
        let request = try request("")
        #expect(request.uid == "u")
        #expect(request.kind == GroupVersionKind(group: "", version: "", kind: ""))
        #expect(request.resource == GroupVersionResource(group: "", version: "", resource: ""))
        #expect(request.subResource.isEmpty && request.name.isEmpty && request.namespace.isEmpty)
        #expect(request.userInfo == UserInfo())
        #expect(!request.dryRun)
        #expect(request.object == nil && request.oldObject == nil)
    }

    @Test func `takes members in any order and passes over unknown ones`() throws {
        let text = """
            {"response": null, "request": {"options": {"x": [1]}, "oldObject": null, "object": {"b": 2},
              "dryRun": true, "userInfo": {"extra": {"k": ["v"]}, "groups": ["g", "h"], "uid": "1", "username": "ada"},
              "operation": "UPDATE", "namespace": "n", "name": "x", "subResource": "status", "requestKind": {"kind": "No"},
              "resource": {"resource": "agentruns", "version": "v1", "group": "g.example"},
              "kind": {"kind": "AgentRun", "group": "g.example", "version": "v1"}, "uid": "42"},
             "extra": {"kind": "Other"}, "apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview"}
            """
        let review = try decode(text)
        #expect(review.version == .v1beta1)
        let request = review.request
        #expect(request.uid == "42")
        #expect(request.kind == GroupVersionKind(group: "g.example", version: "v1", kind: "AgentRun"))
        #expect(request.resource == GroupVersionResource(group: "g.example", version: "v1", resource: "agentruns"))
        #expect(request.subResource == "status" && request.name == "x" && request.namespace == "n")
        #expect(request.operation == .update)
        #expect(request.userInfo == UserInfo(username: "ada", groups: ["g", "h"]))
        #expect(request.dryRun)
        let object = try #require(request.object)
        #expect(String(decoding: Array(text.utf8)[object], as: UTF8.self) == #"{"b": 2}"#)
        #expect(request.oldObject == nil)
    }

    @Test func `takes null for absent and of repeated members the last`() throws {
        let nulls = try request(
            #""resource":null,"subResource":null,"name":null,"namespace":null,"userInfo":null,"dryRun":null,"object":null"#
        )
        #expect(nulls.name.isEmpty && !nulls.dryRun && nulls.object == nil)
        let repeated = try request(
            #""name":"a","name":"b","dryRun":true,"dryRun":false,"operation":"DELETE","uid":"v""#
        )
        let gone = try request(
            #""name":"a","name":null,"dryRun":true,"dryRun":null,"object":{},"object":null,"userInfo":{"username":"a"},"#
                + #""userInfo":null,"resource":{"resource":"x"},"resource":null"#
        )
        #expect(gone.name.isEmpty && !gone.dryRun && gone.object == nil && gone.userInfo == UserInfo())
        #expect(gone.resource == GroupVersionResource())
        #expect(repeated.name == "b" && !repeated.dryRun && repeated.operation == .delete && repeated.uid == "v")
    }

    @Test(arguments: [
        #"{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"}"#,
        #" {"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"} "#,
        #"{ "group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"}"#,
        #"{"kind":"AgentRun","version":"v1alpha1","group":"agents.proompteng.ai"}"#,
        #"{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun","more":{}}"#,
        #"{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"Agent","kind":"Agent\u0052un"}"#,
    ])
    func `reads a kind and a resource however they are written`(kind: String) throws {
        let resource = kind.replacingOccurrences(of: "Agent", with: "agent")
            .replacingOccurrences(of: "Run", with: "runs").replacingOccurrences(of: "0052un", with: "0072uns")
            .replacingOccurrences(of: "kind", with: "resource")
        let request = try request(#""kind":\#(kind),"resource":\#(resource),"name":"x""#)
        #expect(request.kind == GroupVersionKind(group: "agents.proompteng.ai", version: "v1alpha1", kind: "AgentRun"))
        #expect(
            request.resource
                == GroupVersionResource(group: "agents.proompteng.ai", version: "v1alpha1", resource: "agentruns")
        )
        #expect(request.name == "x")
    }

    @Test func `tells a kind from one that begins like it`() throws {
        let longer = #"{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRuns"}"#
        #expect(try request(#""kind":\#(longer)"#).kind.kind == "AgentRuns")
    }

    @Test(arguments: [
        ("CREATE", AdmissionRequest.Operation.create), ("UPDATE", .update), ("DELETE", .delete), ("CONNECT", .connect),
        ("create", .unknown("create")), ("PATCH", .unknown("PATCH")),
    ])
    func `knows the operations by their exact word`(word: String, operation: AdmissionRequest.Operation) throws {
        let found = try request(#""operation":"\#(word)""#).operation
        #expect(found == operation)
        #expect(found.name.string == word)
    }

    @Test func `reads what it can of userInfo`() throws {
        let request = try request(#""userInfo":{"username":7,"groups":["a",1,null,"b"]}"#)
        #expect(request.userInfo == UserInfo(username: "", groups: ["a", "b"]))
    }
}
