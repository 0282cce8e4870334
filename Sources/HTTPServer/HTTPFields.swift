internal import NIOHTTP1

/// The header fields of a request, in the order they came; names compare without regard to case.
///
/// It hides the codec's own collection, so that the codec can be exchanged without the services noticing.
package struct HTTPFields: Sendable {
    private var fields: HTTPHeaders

    package init() {
        fields = HTTPHeaders()
    }

    package init(_ pairs: [(name: String, value: String)]) {
        fields = HTTPHeaders(pairs.map { ($0.name, $0.value) })
    }

    init(_ fields: HTTPHeaders) {
        self.fields = fields
    }

    /// The value of the first field of that name.
    package func first(_ name: String) -> String? {
        fields.first(name: name)
    }

    package func contains(_ name: String) -> Bool {
        fields.contains(name: name)
    }

    /// The values of every field of that name, one entry a field line: lists inside a line are not split.
    package func all(_ name: String) -> [String] {
        fields[name]
    }

    /// Every field, for logs and tests.
    package var pairs: [(name: String, value: String)] {
        fields.map { ($0.name, $0.value) }
    }

    mutating func append(name: String, value: String) {
        fields.add(name: name, value: value)
    }
}
