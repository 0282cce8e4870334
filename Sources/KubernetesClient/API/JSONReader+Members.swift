package import JSONPull

extension JSONReader {
    /// Calls `body` for every member of an object, in order; it must read or pass over the value.
    ///
    /// False, and the value is passed over, when it is no object.
    @discardableResult
    package mutating func readMembers(
        _ body: (inout JSONReader, JSONKey) throws(JSONError) -> Void
    ) throws(JSONError) -> Bool {
        guard try enterObject() else { return false }
        var isFirst = true
        while let key = try nextKey(&isFirst) { try body(&self, key) }
        return true
    }

    /// Calls `body` for every element of an array, in order; it must read or pass over the value.
    ///
    /// False, and the value is passed over, when it is no array.
    @discardableResult
    package mutating func readElements(_ body: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) -> Bool {
        guard try enterArray() else { return false }
        var isFirst = true
        while try nextElement(&isFirst) { try body(&self) }
        return true
    }

    /// A string that has at least one character; nil for anything else.
    package mutating func readNonEmptyString() throws(JSONError) -> String? {
        try readString().flatMap { $0.isEmpty ? nil : $0 }
    }
}
