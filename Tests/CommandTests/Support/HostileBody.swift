/// Reviews of objects that were made to cost as much as they can, of any size.
enum HostileBody: String, CaseIterable, Sendable {
    case numbers
    case nesting
    case steps
    case emptySteps = "empty steps"
    case secrets
    case volumes
    case labels
    case parameters
    case parameterOfNumbers = "a parameter of numbers"
    case tokens
    case escapedText = "escaped text"
    case renderedText = "rendered text"
    case updateOfNumbers = "update of numbers"
    case updateOfMembers = "update of members in another order"
    case findings

    /// What the run's branch is rendered from, as a manifest: the whole context once for every token.
    static let state = """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: VersionControlProvider
        metadata: { name: rendering, namespace: agents }
        spec:
          provider: github
          defaults: { branchTemplate: "codex/\(String(repeating: "{{.}}", count: 200))" }

        """

    /// A body of about so many bytes, and not more.
    func body(bytes: Int) -> [UInt8] {
        // What is around it, and the text of the last piece.
        let room = bytes - 4096
        let half = room / 2
        return switch self {
        case .numbers: Self.create(spec: #""x":[\#(Self.list(room, "1"))]"#)
        case .nesting:
            Self.create(spec: #""x":[\#(Self.list(room, Self.repeated("[", 40_000) + Self.repeated("]", 40_000)))]"#)
        case .steps:
            Self.create(
                spec:
                    #""workflow":{"steps":[\#(Self.list(room) { #"{"name":"s\#($0)","parameters":{"prompt":"p","head":"codex/\#($0)"}}"# })]}"#
            )
        case .emptySteps: Self.create(spec: #""workflow":{"steps":[\#(Self.list(room, "{}"))]}"#)
        case .secrets: Self.create(spec: #""secrets":[\#(Self.list(room) { "\"s\($0)\"" })]"#)
        case .volumes:
            Self.create(
                spec:
                    #""workload":{"volumes":[\#(Self.list(half) { #"{"name":"v\#($0)","type":"emptyDir"}"# })]},"workflow":{"steps":[{"name":"a","loop":{"state":{"volumeNames":[\#(Self.list(half) { "\"v\($0)\"" })]}}}]}"#
            )
        case .labels: Self.create(metadata: #""labels":{\#(Self.list(room) { #""k\#($0)":"v""# })}"#)
        case .parameters: Self.create(spec: "", parameters: Self.list(room) { #""k\#($0)":"v""# })
        case .parameterOfNumbers: Self.create(spec: "", parameters: #""x":[\#(Self.list(room, "1"))]"#)
        case .tokens: Self.create(spec: #""implementation":{"text":"\#(Self.repeated("{{a}} ${b} ", room / 11))"}"#)
        case .escapedText: Self.create(spec: #""implementation":{"text":"\#(Self.repeated(#"\u003c"#, room / 6))"}"#)
        case .renderedText:
            Self.create(
                spec: #""vcsRef":{"name":"rendering"}"#,
                parameters: #""text":"\#(Self.repeated("x", room))""#,
                head: nil
            )
        case .updateOfNumbers:
            Self.update(#""x":[\#(Self.list(half, "1"))]"#, #""x":[\#(Self.list(half - 2, "1")),2]"#)
        case .updateOfMembers:
            Self.update(
                #""x":{\#(Self.list(half) { #""k\#($0)":1"# })}"#,
                #""x":{\#(Self.list(half) { #""k\#(9_999_999 - $0)":1"# })}"#
            )
        case .findings:
            Self.create(
                spec:
                    #""workflow":{"steps":[\#(Self.list(room) { #"{"name":"s\#($0)","implementation":{"text":"${c\#($0)}"},"secrets":["t\#($0)"]}"# })]}"#
            )
        }
    }

    // MARK: Reviews

    private static func create(
        spec: String = "",
        metadata: String = #""labels":{}"#,
        parameters: String = #""repository":"proompteng/lab""#,
        head: String? = "codex/one"
    ) -> [UInt8] {
        let head = head.map { #","head":"\#($0)""# } ?? ""
        return review("CREATE", object(spec, metadata, "\(parameters)\(head)"), "null")
    }

    private static func update(_ spec: String, _ old: String) -> [UInt8] {
        let (metadata, parameters) = (#""labels":{}"#, #""repository":"proompteng/lab","head":"codex/one""#)
        return review("UPDATE", object(spec, metadata, parameters), object(old, metadata, parameters))
    }

    private static func object(_ spec: String, _ metadata: String, _ parameters: String) -> String {
        #"{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"run-1","namespace":"agents",\#(metadata)},"spec":{"agentRef":{"name":"codex-agent"},"runtime":{"type":"workflow"},\#(spec)\#(spec.isEmpty ? "" : ",")"parameters":{\#(parameters)}}}"#
    }

    private static func review(_ operation: String, _ object: String, _ old: String) -> [UInt8] {
        Array(
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","kind":{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"},"name":"run-1","namespace":"agents","operation":"\#(operation)","userInfo":{"username":"alice"},"object":\#(object),"oldObject":\#(old),"dryRun":false}}"#
                .utf8
        )
    }

    // MARK: Pieces

    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    /// The same item with commas between, up to so many bytes.
    private static func list(_ bytes: Int, _ item: String) -> String {
        repeated("\(item),", max(0, (bytes - item.utf8.count) / (item.utf8.count + 1))) + item
    }

    /// Items by number with commas between, up to so many bytes.
    private static func list(_ bytes: Int, _ item: (Int) -> String) -> String {
        var text = item(0)
        text.reserveCapacity(bytes)
        var number = 1
        while text.utf8.count < bytes - 200 {
            text += ","
            text += item(number)
            number += 1
        }
        return text
    }
}
