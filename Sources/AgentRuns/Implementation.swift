package import JSONPull

/// `ImplementationSpec.spec`, or an inline implementation, which has the same shape.
///
/// A class, immutable: runs, units and the cluster state share one.
package final class Implementation: Sendable {
    /// `text`, trimmed; nil when blank.
    package let text: PromptText?
    /// `summary`, trimmed; nil when blank.
    package let summary: PromptText?
    /// The well-formed entries of `contract.mappings`, in order.
    package let mappings: [Mapping]
    package let source: Source
    /// `vcsRef.name`.
    package let vcsRefName: ExactString?

    /// One entry of `contract.mappings`: the parameter `from` also counts as `to`.
    package struct Mapping: Sendable {
        package var from: ExactString
        package var to: ExactString
    }

    /// `source`: where the work item lives.
    package struct Source: Sendable {
        /// As written.
        package var provider: ExactString?
        package var externalId: ExactString?
        package var url: ExactString?
    }

    private init(
        text: PromptText?,
        summary: PromptText?,
        mappings: [Mapping],
        source: Source,
        vcsRefName: ExactString?
    ) {
        self.text = text
        self.summary = summary
        self.mappings = mappings
        self.source = source
        self.vcsRefName = vcsRefName
    }

    /// Reads an implementation; anything but an object leaves everything absent.
    package convenience init(_ reader: inout JSONReader) throws(JSONError) {
        var (text, summary): (PromptText?, PromptText?)
        var mappings: [Mapping] = []
        var source = Source()
        var vcsRefName: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "text": text = try reader.readNonBlank().map(PromptText.text)
            case "summary": summary = try reader.readNonBlank().map(PromptText.text)
            case "contract": mappings = try Self.mappings(&reader)
            case "source": source = try Source(&reader)
            case "vcsRef": vcsRefName = try reader.readReferenceName()
            default: try reader.skipValue()
            }
        }
        self.init(text: text, summary: summary, mappings: mappings, source: source, vcsRefName: vcsRefName)
    }

    /// The same with texts reduced to their measures.
    package var measured: Implementation {
        Implementation(
            text: text?.measured,
            summary: summary?.measured,
            mappings: mappings,
            source: source,
            vcsRefName: vcsRefName
        )
    }

    private static func mappings(_ reader: inout JSONReader) throws(JSONError) -> [Mapping] {
        var mappings: [Mapping] = []
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "mappings":
                mappings = []
                try reader.readElements { reader, _ throws(JSONError) in
                    if let mapping = try Self.mapping(&reader) { mappings.append(mapping) }
                }
            default: try reader.skipValue()
            }
        }
        return mappings
    }

    private static func mapping(_ reader: inout JSONReader) throws(JSONError) -> Mapping? {
        var from: ExactString?
        var to: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "from": from = try reader.readNonBlank()
            case "to": to = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        guard let from, let to else { return nil }
        return Mapping(from: from, to: to)
    }
}

extension Implementation.Source {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var source = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "provider": source.provider = try reader.readExactString()
            case "externalId": source.externalId = try reader.readNonBlank()
            case "url": source.url = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        self = source
    }
}
