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

    /// Calls `body` for every element of an array with its index; it must read or pass over the value.
    ///
    /// False, and the value is passed over, when it is no array.
    @discardableResult
    package mutating func readElements(
        _ body: (inout JSONReader, Int) throws(JSONError) -> Void
    ) throws(JSONError) -> Bool {
        guard try enterArray() else { return false }
        var isFirst = true
        var index = 0
        while try nextElement(&isFirst) {
            try body(&self, index)
            index += 1
        }
        return true
    }
}
