package import JSONPull

/// The controller's value primitives, read straight from the bytes; values of another JSON type count as absent.
extension JSONReader {
    /// A string as it is; nil for anything else.
    package mutating func readExactString() throws(JSONError) -> ExactString? {
        try readString().map { ExactString($0) }
    }

    /// `str(x)`: a string trimmed, nil when blank or no string.
    mutating func readNonBlank() throws(JSONError) -> ExactString? {
        try readExactString()?.nonBlank
    }

    /// `str(x)`, and into `written` what stands there, as JSON, where that is none; empty where nothing does.
    mutating func readNonBlank(else written: inout ExactString) throws(JSONError) -> ExactString? {
        let kind = try peek()
        let start = position
        let text = try readNonBlank()
        written = text == nil && kind != .null ? self.text(of: start..<position) : ""
        return text
    }

    /// `str(x.name)` of an object, and into `written` what its `name` is, as JSON, where that is none.
    mutating func readReferenceName(else written: inout ExactString) throws(JSONError) -> ExactString? {
        var name: ExactString?
        var other: ExactString = ""
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": name = try reader.readNonBlank(else: &other)
            default: try reader.skipValue()
            }
        }
        written = other
        return name
    }

    /// `str(x.name)` of an object, the shape of every reference; nil for anything else.
    mutating func readReferenceName() throws(JSONError) -> ExactString? {
        var name: ExactString?
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": name = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        return name
    }

    /// `list(x)`: the strings of an array, trimmed, blank ones dropped, in order; empty for anything else.
    mutating func readList() throws(JSONError) -> [ExactString] {
        var list: [ExactString] = []
        try readElements { reader, _ throws(JSONError) in
            try reader.countKept()
            if let item = try reader.readNonBlank() { list.append(item) }
        }
        return list
    }

    /// `metadata` and `spec` of an object of the API, which is `absent` where there is none; `read` reads it.
    mutating func readObject<Spec>(
        _ absent: Spec,
        _ read: (inout JSONReader) throws(JSONError) -> Spec
    ) throws(JSONError) -> (metadata: ObjectMeta, spec: Spec) {
        var (metadata, spec) = (ObjectMeta.absent, absent)
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMeta(&reader)
            case "spec": spec = try read(&reader)
            default: try reader.skipValue()
            }
        }
        return (metadata, spec)
    }

    // The two below are JSONPull's: a run has seventy members, and only what stands in its own module is inlined. With a call
    // of a closure for each a review takes 2% more instructions.

    /// Calls `body` for every member of an object, in order; it must read or pass over the value.
    ///
    /// False, and the value is passed over, when it is no object.
    @inline(__always)
    @discardableResult
    mutating func readMembers(
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
    @inline(__always)
    @discardableResult
    mutating func readElements(
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

    /// The strings of an array as they are; empty for anything else.
    package mutating func readStrings() throws(JSONError) -> [ExactString] {
        var strings: [ExactString] = []
        try readElements { reader, _ throws(JSONError) in
            if let text = try reader.readExactString() { strings.append(text) }
        }
        return strings
    }
}
