package import JSONPull

extension JSONReader {
    /// A string that has at least one character; nil for anything else.
    package mutating func readNonEmptyString() throws(JSONError) -> String? {
        try readString().flatMap { $0.isEmpty ? nil : $0 }
    }
}
