internal import JSONPull

extension KindDefinitions {
    /// Names and types of the fields that rules read, of both generations of the controller, for when no definitions are given.
    ///
    /// A statement of its own and not the controller's definitions: it does not claim to be whole, so that of names it does not
    /// know only those are told that are near one it does.
    package static let embedded: KindDefinitions = {
        var definitions = KindDefinitions()
        for (group, kind, text) in EmbeddedText.all {
            var reading = EmbeddedReading(text)
            let definition = KindDefinition(schema: reading.schema(), hasStatus: true)
            definitions.add(Kind(group: group, kind: kind), ["v1alpha1": definition])
        }
        return definitions
    }()
}

/// Reads a statement: a name a line, members indented by two spaces below it, its type behind a colon.
///
/// Types are `string`, `integer`, `boolean`, `any`, `{string}` for any members that are texts, `[string]` for a list of them, and
/// `a|b|c` for one of these words. A name without a type is an object, with `[]` behind it a list of them.
private struct EmbeddedReading {
    private var lines: ArraySlice<ExactString>

    init(_ text: ExactString) {
        lines = text.split(at: "\n").filter { !$0.isEmpty }[...]
    }

    mutating func schema() -> StructuralSchema { object(indentation: 0) }

    private mutating func object(indentation: Int) -> StructuralSchema {
        let schema = StructuralSchema(.object)
        schema.isPartial = true
        while let line = lines.first, Self.indentation(of: line) == indentation {
            lines.removeFirst()
            let text = line.trimming(" ")
            if let (name, type) = text.cut(atFirst: ": ") {
                schema.properties[name] = Self.value(type)
            } else if let name = text.dropping(suffix: "[]") {
                let list = StructuralSchema(.array)
                list.items = object(indentation: indentation + 2)
                schema.properties[name] = list
            } else {
                schema.properties[text] = object(indentation: indentation + 2)
            }
        }
        return schema
    }

    private static func indentation(of line: ExactString) -> Int {
        line.string.utf8.prefix { $0 == UInt8(ascii: " ") }.count
    }

    private static func value(_ type: ExactString) -> StructuralSchema {
        switch type.string {
        case "any": return StructuralSchema()
        case "integer": return StructuralSchema(.integer)
        case "boolean": return StructuralSchema(.boolean)
        case "string": return StructuralSchema(.string)
        case "{string}":
            let map = StructuralSchema(.object)
            map.additional = .schema(StructuralSchema(.string))
            return map
        case "[string]":
            let list = StructuralSchema(.array)
            list.items = StructuralSchema(.string)
            return list
        default:
            let text = StructuralSchema(.string)
            text.enumeration = type.split(at: "|").map { ExactString("\"\($0)\"") }
            return text
        }
    }
}
