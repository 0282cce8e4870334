/// The labels of one series, written once: `operation="CREATE",kind="AgentRun"`.
///
/// Values must come from a bounded set: never a name, a uid or a path of a peer.
package struct LabelSet: Hashable, Sendable {
    package static let none = LabelSet([])

    /// Without braces; empty for no labels.
    let text: [UInt8]

    /// - Parameter pairs: names of letters, digits and `_`; values of any characters.
    package init(_ pairs: [(name: String, value: String)]) {
        var text: [UInt8] = []
        for (name, value) in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text.append(contentsOf: name.utf8)
            text.append(contentsOf: "=\"".utf8)
            MetricsText.appendEscaped(value, quote: true, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        self.text = text
    }

    package init(_ name: String, _ value: String) {
        self.init([(name, value)])
    }
}
