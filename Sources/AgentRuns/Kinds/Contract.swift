package import JSONPull

/// `contract` of an implementation: which metadata it needs, and which parameters count as which.
package struct Contract: Sendable {
    /// One entry of `mappings`: the parameter `from` also counts as `to`.
    package struct Mapping: Sendable {
        package var from: ExactString
        package var to: ExactString
    }

    /// `requiredKeys`, trimmed, each once; empty when one of them is faulty.
    package private(set) var requiredKeys: [ExactString] = []
    /// `requiredKeys` as JSON if an entry is blank or no string, which the controller refuses.
    package private(set) var faultyRequiredKeys: ExactString?
    /// The well-formed entries of `mappings`, in order.
    package private(set) var mappings: [Mapping] = []
    /// `mappings` as JSON if an entry is no object with non-blank `from` and `to`, which the controller refuses.
    package private(set) var faultyMappings: ExactString?

    package init() {}

    /// Reads a contract; lists of another type count as absent.
    package init(_ reader: inout JSONReader) throws(JSONError) {
        var contract = Contract()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "requiredKeys": try contract.readRequiredKeys(&reader)
            case "mappings": try contract.readMappings(&reader)
            default: try reader.skipValue()
            }
        }
        self = contract
    }

    /// Whether the controller refuses the contract as such.
    package var isFaulty: Bool { faultyRequiredKeys != nil || faultyMappings != nil }

    private mutating func readRequiredKeys(_ reader: inout JSONReader) throws(JSONError) {
        var (keys, isFaulty): ([ExactString], Bool) = ([], false)
        _ = try reader.peek()
        let start = reader.position
        try reader.readElements { reader, _ throws(JSONError) in
            try reader.countKept()
            guard let key = try reader.readNonBlank() else {
                isFaulty = true
                return
            }
            keys.append(key)
        }
        faultyRequiredKeys = isFaulty ? reader.text(of: start..<reader.position) : nil
        var seen: Set<ExactString> = []
        requiredKeys = isFaulty ? [] : keys.filter { seen.insert($0).inserted }
    }

    private mutating func readMappings(_ reader: inout JSONReader) throws(JSONError) {
        var (mappings, isFaulty): ([Mapping], Bool) = ([], false)
        _ = try reader.peek()
        let start = reader.position
        try reader.readElements { reader, _ throws(JSONError) in
            try reader.countKept()
            guard let mapping = try Self.mapping(&reader) else {
                isFaulty = true
                return
            }
            mappings.append(mapping)
        }
        faultyMappings = isFaulty ? reader.text(of: start..<reader.position) : nil
        self.mappings = mappings
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
