package import JSONPull

/// `ImplementationSpec.spec`, or an inline implementation, which has the same shape.
///
/// A class, immutable: runs, units and the cluster state share one.
package final class Implementation: Sendable {
    /// `text`, trimmed; nil when blank.
    package let text: PromptText?
    /// `summary`, trimmed; nil when blank.
    package let summary: PromptText?
    /// What stands at `text`, as JSON, where that is none.
    package let writtenText: ExactString
    package let contract: Contract
    package let source: Source
    /// `vcsRef.name`.
    package let vcsRefName: ExactString?
    /// `description` and entries of `acceptanceCriteria` in which something is hidden; nil where nothing is.
    package let suspects: SuspectMembers?

    /// `source`: where the work item lives.
    package struct Source: Sendable {
        /// Trimmed; nil when blank.
        package var provider: ExactString?
        /// What stands at `provider`, as JSON, where that is none.
        package var writtenProvider: ExactString = ""
        package var externalId: ExactString?
        package var url: ExactString?
    }

    /// What is suspect of an implementation beside its texts.
    package final class SuspectMembers: Sendable {
        package let description: SuspectText?
        /// With their indices in the list.
        package let acceptanceCriteria: [(index: Int, text: SuspectText)]

        fileprivate init?(_ description: SuspectText?, _ criteria: [(index: Int, text: SuspectText)]) {
            if description == nil, criteria.isEmpty { return nil }
            (self.description, acceptanceCriteria) = (description, criteria)
        }
    }

    private init(
        text: PromptText?,
        summary: PromptText?,
        writtenText: ExactString,
        contract: Contract,
        source: Source,
        vcsRefName: ExactString?,
        suspects: SuspectMembers?
    ) {
        self.text = text
        self.summary = summary
        self.writtenText = writtenText
        self.contract = contract
        self.source = source
        self.vcsRefName = vcsRefName
        self.suspects = suspects
    }

    /// Reads an implementation; anything but an object leaves everything absent.
    package convenience init(_ reader: inout JSONReader) throws(JSONError) {
        var (text, summary): (PromptText?, PromptText?)
        var writtenText: ExactString = ""
        var contract = Contract()
        var source = Source()
        var vcsRefName: ExactString?
        var description: SuspectText?
        var criteria: [(index: Int, text: SuspectText)] = []
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "text":
                let kind = try reader.peek()
                let start = reader.position
                text = try reader.readPrompt()
                writtenText = text == nil && kind != .null ? reader.text(of: start..<reader.position) : ""
            case "summary": summary = try reader.readPrompt()
            case "contract": contract = try Contract(&reader)
            case "source": source = try Source(&reader)
            case "vcsRef": vcsRefName = try reader.readReferenceName()
            case "description": description = try reader.readSuspectText()
            case "acceptanceCriteria":
                criteria = []
                try reader.readElements { reader, index throws(JSONError) in
                    try reader.countKept()
                    if let text = try reader.readSuspectText() { criteria.append((index, text)) }
                }
            default: try reader.skipValue()
            }
        }
        self.init(
            text: text,
            summary: summary,
            writtenText: writtenText,
            contract: contract,
            source: source,
            vcsRefName: vcsRefName,
            suspects: SuspectMembers(description, criteria)
        )
    }

    /// The same with texts reduced to their measures.
    package var measured: Implementation {
        Implementation(
            text: text?.measured,
            summary: summary?.measured,
            writtenText: "",
            contract: contract,
            source: source,
            vcsRefName: vcsRefName,
            suspects: nil
        )
    }
}

extension Implementation.Source {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var source = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "provider": source.provider = try reader.readNonBlank(else: &source.writtenProvider)
            case "externalId": source.externalId = try reader.readNonBlank()
            case "url": source.url = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        self = source
    }
}
