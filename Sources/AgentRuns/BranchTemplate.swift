internal import JSONPull

/// `{{ path }}` in `defaults.branchTemplate` (`controller-semantics.md` sections 7 and 8.3).
enum BranchTemplate {
    /// `template` with every `{{ path }}` replaced by what the path names in the run; an unknown path by nothing.
    static func render(_ template: ExactString, unit: RunUnit, run: ObjectMeta) -> ExactString {
        var result = ""
        var rest = template.string.utf8[...]
        while let token = nextToken(in: rest) {
            result += String(Substring(rest[..<token.range.lowerBound]))
            result += Context(unit: unit, run: run).text(at: token.path)
            rest = rest[token.range.upperBound...]
        }
        return ExactString(result + String(Substring(rest)))
    }

    /// The first `{{`, one or more characters other than `}`, `}}`.
    private static func nextToken(in utf8: Substring.UTF8View) -> (range: Range<String.Index>, path: ExactString)? {
        var start = utf8.startIndex
        while let open = utf8[start...].firstIndex(of: UInt8(ascii: "{")) {
            start = utf8.index(after: open)
            guard start < utf8.endIndex, utf8[start] == UInt8(ascii: "{") else { continue }
            let inner = utf8.index(after: start)
            guard let close = utf8[inner...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
            let after = utf8.index(after: close)
            guard close > inner, after < utf8.endIndex, utf8[after] == UInt8(ascii: "}") else { continue }
            return (open..<utf8.index(after: after), ExactString(Substring(utf8[inner..<close])))
        }
        return nil
    }

    /// What paths are looked up in: metadata overlaid by the parameters as written, and both again by name.
    private struct Context {
        var unit: RunUnit
        var run: ObjectMeta

        func text(at path: ExactString) -> String {
            let pieces = path.split(at: ".").compactMap(\.nonBlank)
            guard let first = pieces.first else { return json { writeAll(to: &$0) } }
            let rest = pieces.dropFirst()
            switch first {
            case "agentRun": return text(of: agentRun, at: rest)
            case "parameters": return text(of: parameters, at: rest)
            case "metadata": return text(of: unit.metadata.all, at: rest)
            case "event": return ""
            default: return rest.isEmpty ? flat.last { $0.key == first }?.value.string ?? "" : ""
            }
        }

        private typealias Members = [(key: ExactString, value: ExactString)]

        private var agentRun: Members { [("name", run.name), ("namespace", run.namespace)] }

        private var parameters: Members {
            unit.metadata.parameters.compactMap { entry in
                switch entry.value {
                case .string(let value): (entry.key, value)
                case .other: entry.text.map { (entry.key, $0) }
                }
            }
        }

        private var flat: Members { unit.metadata.all + parameters }

        private func text(of members: Members, at path: ArraySlice<ExactString>) -> String {
            guard let key = path.first else { return json { write(members, to: &$0) } }
            return path.count == 1 ? members.last { $0.key == key }?.value.string ?? "" : ""
        }

        private func json(_ write: (inout JSONWriter) -> Void) -> String {
            var writer = JSONWriter()
            write(&writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        }

        private func write(_ members: Members, to writer: inout JSONWriter) {
            writer.beginObject()
            writeMembers(members, to: &writer)
            writer.endObject()
        }

        private func writeMembers(_ members: Members, to writer: inout JSONWriter) {
            var written: Set<ExactString> = []
            for member in members where written.insert(member.key).inserted {
                writer.escapedKey(member.key.string)
                writer.string(members.last { $0.key == member.key }?.value.string ?? "")
            }
        }

        private func writeAll(to writer: inout JSONWriter) {
            writer.beginObject()
            let reserved: Set<ExactString> = ["agentRun", "parameters", "metadata", "event"]
            writeMembers(flat.filter { !reserved.contains($0.key) }, to: &writer)
            writer.key("agentRun")
            write(agentRun, to: &writer)
            writer.key("parameters")
            write(parameters, to: &writer)
            writer.key("metadata")
            write(unit.metadata.all, to: &writer)
            writer.endObject()
        }
    }
}
