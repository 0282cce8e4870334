package import JSONPull

/// What the tokens of a prompt are looked up in (2026-08): metadata overlaid by the parameters as written, and both again
/// under `metadata` and `parameters` (`controller-semantics.md` section 7).
package struct PromptContext {
    /// What a token becomes.
    package enum Value: Equatable {
        /// Nothing is known by that name.
        case absent
        /// Known, and the empty string.
        case empty
        /// Known, and white space.
        case blank
        case present
    }

    private let unit: RunUnit

    package init(_ unit: RunUnit) {
        self.unit = unit
    }

    /// What `{{ path }}` becomes.
    package func braces(_ path: ExactString) -> Value { walk(path) }

    /// What `${ path }` becomes: the same walk, then the whole path as a name; an absent one is left as written.
    package func dollarBraces(_ path: ExactString) -> Value {
        let value = walk(path)
        return value == .absent ? flat(path) : value
    }

    private func walk(_ path: ExactString) -> Value {
        let pieces = path.split(at: ".").compactMap(\.nonBlank)
        // A path of nothing is the whole context, and that is never empty.
        guard let first = pieces.first else { return .present }
        switch first {
        case "metadata": return pieces.count == 1 ? .present : pieces.count == 2 ? metadata(pieces[1]) : .absent
        case "parameters": return pieces.count == 1 ? .present : pieces.count == 2 ? parameter(pieces[1]) : .absent
        // Where the inputs come from is not specified, so nothing is said against them.
        case "inputs": return .present
        default: return pieces.count == 1 ? flat(first) : .absent
        }
    }

    private func flat(_ name: ExactString) -> Value {
        let value = parameter(name)
        return value == .absent ? metadata(name) : value
    }

    private func parameter(_ name: ExactString) -> Value {
        for entry in unit.metadata.parameters where entry.key == name {
            if case .string(let text) = entry.value { return text.isEmpty ? .empty : text.isBlank ? .blank : .present }
            if entry.value.redacted != nil { return .present }
        }
        return .absent
    }

    private func metadata(_ name: ExactString) -> Value {
        // Also what is derived from a text that is not kept has a value.
        unit.metadata.missing([name]).isEmpty ? .present : .absent
    }
}
