package import JSONPull

/// `ImplementationSpec.spec`, or an inline implementation, which has the same shape.
///
/// A class, immutable: runs, units and the cluster state share one.
package final class Implementation: Sendable {
    /// `text`, trimmed; nil when blank.
    package let text: PromptText?
    /// `summary`, trimmed; nil when blank.
    package let summary: PromptText?
    package let contract: Contract
    package let source: Source
    /// `vcsRef.name`.
    package let vcsRefName: ExactString?

    /// `source`: where the work item lives.
    package struct Source: Sendable {
        /// Trimmed; nil when blank.
        package var provider: ExactString?
        package var externalId: ExactString?
        package var url: ExactString?
    }

    private init(
        text: PromptText?,
        summary: PromptText?,
        contract: Contract,
        source: Source,
        vcsRefName: ExactString?
    ) {
        self.text = text
        self.summary = summary
        self.contract = contract
        self.source = source
        self.vcsRefName = vcsRefName
    }

    /// Reads an implementation; anything but an object leaves everything absent.
    package convenience init(_ reader: inout JSONReader) throws(JSONError) {
        var (text, summary): (PromptText?, PromptText?)
        var contract = Contract()
        var source = Source()
        var vcsRefName: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "text": text = try reader.readPrompt()
            case "summary": summary = try reader.readPrompt()
            case "contract": contract = try Contract(&reader)
            case "source": source = try Source(&reader)
            case "vcsRef": vcsRefName = try reader.readReferenceName()
            default: try reader.skipValue()
            }
        }
        self.init(text: text, summary: summary, contract: contract, source: source, vcsRefName: vcsRefName)
    }

    /// The same with texts reduced to their measures.
    package var measured: Implementation {
        Implementation(
            text: text?.measured,
            summary: summary?.measured,
            contract: contract,
            source: source,
            vcsRefName: vcsRefName
        )
    }
}

extension Implementation.Source {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var source = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "provider": source.provider = try reader.readNonBlank()
            case "externalId": source.externalId = try reader.readNonBlank()
            case "url": source.url = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        self = source
    }
}
