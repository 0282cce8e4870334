import AdmissionAPI
import JSONPull
import TestPatience
import Testing

@testable import AdmissionServer
@testable import Policy

/// What the API server sends to the webhook, and what it does without an answer.
@Suite(.limit(minutes: 2)) struct `The webhook configuration` {
    private static let operations = ["CREATE", "UPDATE"]

    /// One operation on one kind of object, as a rule of the configuration matches it.
    private struct Match: Hashable {
        var resource: GroupVersionResource
        var operation: String
    }

    private static func matches(_ webhook: Value) -> Set<Match> {
        var matches: Set<Match> = []
        for rule in webhook["rules"].array {
            for group in rule["apiGroups"].strings {
                for version in rule["apiVersions"].strings {
                    for resource in rule["resources"].strings {
                        let resource = GroupVersionResource(
                            group: .init(group),
                            version: .init(version),
                            resource: .init(resource)
                        )
                        for operation in rule["operations"].strings {
                            matches.insert(Match(resource: resource, operation: operation))
                        }
                    }
                }
            }
        }
        return matches
    }

    @Test(arguments: Installation.folders)
    func `matches what is judged, nothing else`(folder: String) async throws {
        let webhooks = try await Installation.render(folder).webhooks
        let matches = webhooks.map(Self.matches).reduce(into: Set()) { $0.formUnion($1) }
        for match in matches {
            #expect(JudgedKind(match.resource) != nil && Self.operations.contains(match.operation), "\(match)")
        }
        // Every kind and operation there are rules for.
        #expect(matches.count == 2 * JudgedKind.allCases.count)
        for rule in webhooks.flatMap({ $0["rules"].array }) {
            #expect(Set(rule["operations"].strings).isSubset(of: Self.operations))
            #expect(rule["scope"].string == "Namespaced")
        }
    }

    @Test(arguments: Installation.folders)
    func `cannot match its own namespace, and matches all others`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let own = try #require(installation.namespace)
        #expect(installation.webhooks.count == 2)
        for webhook in installation.webhooks {
            let selector = LabelSelector(value: webhook["namespaceSelector"])
            #expect(selector.matches(["kubernetes.io/metadata.name": own]) == false)
            // Whoever owns a namespace may label it, but this label is the API server's.
            #expect(selector.matches(["kubernetes.io/metadata.name": "agents", "anything": own]) == true)
            #expect(webhook["objectSelector"] == .null, "labels are the author's: they must not decide who is judged")
        }
        let quota = installation.only("ResourceQuota")
        #expect(quota["metadata"]["namespace"].string == own)
        #expect(quota["spec"]["hard"]["count/agentruns.agents.proompteng.ai"].string == "0")
    }

    @Test(arguments: Installation.folders)
    func `never keeps a run from being removed`(folder: String) async throws {
        let webhooks = try await Installation.render(folder).webhooks
        for webhook in webhooks where webhook["failurePolicy"].string != "Ignore" {
            #expect(!Self.matches(webhook).contains { $0.operation == "DELETE" })
            let conditions = webhook["matchConditions"].array.compactMap { $0["expression"].string }
            #expect(
                conditions.contains(#"request.operation != "UPDATE" || !has(oldObject.metadata.deletionTimestamp)"#)
            )
        }
    }

    /// What a condition leaves out nobody judges: `UnsentUpdateTests` shows that these are allowed unread, and an API server
    /// (1.36) was asked what it sends.
    @Test(arguments: Installation.folders)
    func `leaves out no update of a run but those that are allowed unread`(folder: String) async throws {
        let webhooks = try await Installation.render(folder).webhooks
        for webhook in webhooks {
            let judgesRuns = Self.matches(webhook).contains { $0.resource.resource == "agentruns" }
            let conditions = webhook["matchConditions"].array.compactMap { $0["expression"].string }
            #expect(conditions == (judgesRuns ? Self.conditions : []))
        }
    }

    private static let conditions = [
        #"request.operation != "UPDATE" || !has(oldObject.metadata.deletionTimestamp)"#,
        [
            #"request.operation != "UPDATE""#,
            "|| !has(object.spec) || !has(oldObject.spec) || object.spec != oldObject.spec",
            "|| has(object.metadata.labels) != has(oldObject.metadata.labels)",
            "|| (has(object.metadata.labels) && object.metadata.labels != oldObject.metadata.labels",
            "&& (size(object.metadata.labels) > 64 || size(object.metadata.labels) != size(oldObject.metadata.labels)",
            "|| object.metadata.labels.exists(key, !(key in oldObject.metadata.labels)",
            #"|| (object.metadata.labels[key] == "" && oldObject.metadata.labels[key] != ""))))"#,
            #"|| (has(object.metadata.annotations) && "agents.proompteng.ai/template" in object.metadata.annotations"#,
            #"? object.metadata.annotations["agents.proompteng.ai/template"] : "")"#,
            #"!= (has(oldObject.metadata.annotations)"#
                + #" && "agents.proompteng.ai/template" in oldObject.metadata.annotations"#,
            #"? oldObject.metadata.annotations["agents.proompteng.ai/template"] : "")"#,
        ].joined(separator: " "),
    ]

    @Test(arguments: Installation.folders)
    func `fails closed for runs, unless it is to fail open`(folder: String) async throws {
        for webhook in try await Installation.render(folder).webhooks {
            let judgesRuns = Self.matches(webhook).contains {
                $0.resource.resource == "agentruns" && $0.operation == "CREATE"
            }
            let closed = judgesRuns && !folder.hasSuffix("fail-open")
            #expect(webhook["failurePolicy"].string == (closed ? "Fail" : "Ignore"))
        }
    }

    @Test(arguments: Installation.folders)
    func `calls a route of the server through its service`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let service = installation.only("Service")
        for webhook in installation.webhooks {
            let client = webhook["clientConfig"]
            #expect(client["url"] == .null)
            #expect(client["service"]["name"] == service["metadata"]["name"])
            #expect(client["service"]["namespace"] == service["metadata"]["namespace"])
            let port = service["spec"]["ports"].array.first { $0["port"] == client["service"]["port"] }
            #expect(installation.port(port?["targetPort"].string) == 8443)
            #expect(client["service"]["path"].string == Route.validate.path)
        }
    }

    @Test(arguments: Installation.folders)
    func `promises what the server keeps`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        for webhook in installation.webhooks {
            // A claim is a side effect, and a dry run makes none.
            #expect(webhook["sideEffects"].string == "NoneOnDryRun")
            #expect(webhook["admissionReviewVersions"].strings == ["v1"])
            #expect(webhook["matchPolicy"].string == "Equivalent")
            let timeout = try #require(webhook["timeoutSeconds"].int)
            #expect((1...10).contains(timeout))
        }
        let names = installation.webhooks.compactMap { $0["name"].string }
        #expect(Set(names).count == installation.webhooks.count)
        #expect(names.allSatisfy { $0.split(separator: ".").count >= 3 })
    }
}
