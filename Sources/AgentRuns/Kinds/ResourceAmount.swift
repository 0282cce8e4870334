package import JSONPull

/// One entry of `resources.requests` or `resources.limits`.
package struct ResourceAmount: Sendable {
    /// Whether it is one of `limits`.
    package let isLimit: Bool
    /// The key, as written.
    package let name: ExactString
    /// As written.
    package let quantity: ExactString

    /// The entries of `requests` and `limits` of an object that have a string, in the order written; of a repeated key all of them.
    static func read(_ reader: inout JSONReader) throws(JSONError) -> [ResourceAmount] {
        // Apart, so that one which is written again costs nothing of the other.
        var (requests, limits): ([ResourceAmount], [ResourceAmount]) = ([], [])
        var areLimitsFirst = false
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "requests": requests = try Self.read(&reader, isLimit: false)
            case "limits":
                areLimitsFirst = requests.isEmpty
                limits = try Self.read(&reader, isLimit: true)
            default: try reader.skipValue()
            }
        }
        if limits.isEmpty { return requests }
        return areLimitsFirst ? limits + requests : requests + limits
    }

    private static func read(_ reader: inout JSONReader, isLimit: Bool) throws(JSONError) -> [ResourceAmount] {
        var amounts: [ResourceAmount] = []
        try reader.readMembers { reader, key throws(JSONError) in
            try reader.countKept()
            guard try reader.peek() == .string else {
                try reader.skipValue()
                return
            }
            let name = ExactString(key.string)
            guard let quantity = try reader.readExactString() else { return }
            if amounts.isEmpty { amounts.reserveCapacity(4) }
            amounts.append(ResourceAmount(isLimit: isLimit, name: name, quantity: quantity))
        }
        return amounts
    }
}
