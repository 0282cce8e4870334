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

    /// Lists that a reader wants filled.
    private static let filledLists: Set<String> = ["exemptions.rules"]

    private static func schema(_ option: PolicyOption, of parent: String?, _ indentation: String) -> String {
        let meaning = option.meaning.map { [("description", quoted($0))] } ?? []
        guard let members = members(of: option.type, key: option.name, parent: parent, indentation) else {
            return "true"
        }
        return object(meaning + members, indentation: indentation)
    }

    private static func schema(_ type: PolicyOption.ValueType, _ indentation: String) -> String {
        schema(PolicyOption(name: nil, type: type), of: nil, indentation)
    }

    /// The members of the schema of a type; nil when anything goes.
    private static func members(
        of type: PolicyOption.ValueType,
        key: String?,
        parent: String?,
        _ indentation: String
    ) -> [(String, String)]? {
        let inner = indentation + "  "
        switch type {
        case .any: return nil
        case .string:
            if let constant = key.flatMap({ constants[$0] }) { return [("const", quoted(constant))] }
            return [("type", quoted("string"))]
        case .text(let maximum): return [("type", quoted("string")), ("maxLength", "\(maximum)")]
        case .boolean: return [("type", quoted("boolean"))]
        case .integer(let range):
            return [
                ("type", quoted("integer")), ("minimum", "\(range.lowerBound)"), ("maximum", "\(range.upperBound)"),
            ]
        case .strings:
            return members(of: .list(.string), key: key, parent: parent, indentation)
        case .choice(let words): return [("enum", "[" + words.map(quoted).joined(separator: ", ") + "]")]
        case .object(let options): return objectMembers(options, indentation: indentation)
        case .sameAs(let path):
            return [("$ref", quoted("#/" + path.map { "properties/\($0)" }.joined(separator: "/")))]
        case .list(let item):
            let items: String
            if case .object(let options) = item {
                let required = key.flatMap { Self.required[$0] } ?? []
                items = object(
                    objectMembers(options, indentation: inner, required: required, of: key),
                    indentation: inner
                )
            } else {
                items = schema(item, inner)
            }
            let isFilled = filledLists.contains("\(parent ?? "").\(key ?? "")")
            return [("type", quoted("array")), ("items", items)] + (isFilled ? [("minItems", "1")] : [])
        }
    }

    private static func objectMembers(
        _ options: [PolicyOption],
        indentation: String,
        required: [String] = [],
        of parent: String? = nil
    ) -> [(String, String)] {
        let inner = indentation + "    "
        var members = [("type", quoted("object"))]
        let named = options.compactMap { option in option.name.map { ($0, schema(option, of: parent, inner)) } }
        if !named.isEmpty { members.append(("properties", object(named, indentation: indentation + "  "))) }
        if !required.isEmpty {
            members.append(("required", "[" + required.map(quoted).joined(separator: ", ") + "]"))
        }
        let other = options.first { $0.name == nil }.map { schema($0.type, indentation + "  ") }
        members.append(("additionalProperties", other ?? "false"))
        return members
    }

    private static func object(_ members: [(String, String)], indentation: String) -> String {
        let lines = members.map { "\(indentation)  \(quoted($0.0)): \($0.1)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n\(indentation)}"
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter(capacity: 64)
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
