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
        var amounts: [ResourceAmount] = []
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "requests": try Self.read(&reader, isLimit: false, into: &amounts)
            case "limits": try Self.read(&reader, isLimit: true, into: &amounts)
            default: try reader.skipValue()
            }
        }
        return amounts
    }

    private static func read(
        _ reader: inout JSONReader,
        isLimit: Bool,
        into amounts: inout [ResourceAmount]
    ) throws(JSONError) {
        if amounts.contains(where: { $0.isLimit == isLimit }) { amounts.removeAll { $0.isLimit == isLimit } }
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
    }
}
