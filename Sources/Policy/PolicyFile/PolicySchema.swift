internal import JSONPull

/// The JSON Schema (draft 2020-12) of a policy file, made from what its readers ask for.
package enum PolicySchema {
    /// The schema as text, ending in a line end.
    package static var json: String {
        var members: [(String, String)] = [
            ("$schema", quoted("https://json-schema.org/draft/2020-12/schema")),
            ("title", quoted("AgentRunPolicy")),
            ("description", quoted("What agentrun-admission judges AgentRuns by.")),
        ]
        members += objectMembers(AdmissionPolicy.builtIn.options, indentation: "", required: ["apiVersion", "kind"])
        return object(members, indentation: "") + "\n"
    }

    /// Values that cannot be told from how a key is read.
    private static let constants = [
        "apiVersion": AdmissionPolicy.apiVersionOfFiles.string, "kind": AdmissionPolicy.kindOfFiles.string,
    ]
    /// Keys a reader demands, by the key of the list they are items of.
    private static let required = ["exemptions": ["name", "reason", "rules"]]

    private static func schema(_ type: PolicyOption.ValueType, key: String?, _ indentation: String) -> String {
        let inner = indentation + "  "
        switch type {
        case .any: return "true"
        case .string:
            if let constant = key.flatMap({ constants[$0] }) {
                return object([("const", quoted(constant))], indentation: indentation)
            }
            return object([("type", quoted("string"))], indentation: indentation)
        case .boolean: return object([("type", quoted("boolean"))], indentation: indentation)
        case .integer(let minimum):
            return object([("type", quoted("integer")), ("minimum", "\(minimum)")], indentation: indentation)
        case .strings: return schema(.list(.string), key: nil, indentation)
        case .choice(let words):
            return object([("enum", "[" + words.map(quoted).joined(separator: ", ") + "]")], indentation: indentation)
        case .object(let options):
            return object(objectMembers(options, indentation: indentation), indentation: indentation)
        case .sameAs(let path):
            let reference = "#/" + path.map { "properties/\($0)" }.joined(separator: "/")
            return object([("$ref", quoted(reference))], indentation: indentation)
        case .list(let item):
            let items: String
            if case .object(let options) = item {
                let required = key.flatMap { Self.required[$0] } ?? []
                items = object(objectMembers(options, indentation: inner, required: required), indentation: inner)
            } else {
                items = schema(item, key: nil, inner)
            }
            return object([("type", quoted("array")), ("items", items)], indentation: indentation)
        }
    }

    private static func objectMembers(
        _ options: [PolicyOption],
        indentation: String,
        required: [String] = []
    ) -> [(String, String)] {
        let inner = indentation + "    "
        var members = [("type", quoted("object"))]
        let named = options.compactMap { option in option.name.map { ($0, schema(option.type, key: $0, inner)) } }
        if !named.isEmpty { members.append(("properties", object(named, indentation: indentation + "  "))) }
        if !required.isEmpty {
            members.append(("required", "[" + required.map(quoted).joined(separator: ", ") + "]"))
        }
        let other = options.first { $0.name == nil }.map { schema($0.type, key: nil, indentation + "  ") }
        members.append(("additionalProperties", other ?? "false"))
        return members
    }

    private static func object(_ members: [(String, String)], indentation: String) -> String {
        let lines = members.map { "\(indentation)  \(quoted($0.0)): \($0.1)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n\(indentation)}"
    }

    /// Names and words of a policy need no escaping.
    private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
