package import JSONPull

/// `ImplementationSpec`: an implementation that runs refer to by name.
package struct ImplementationSpec: Sendable {
    package var metadata = ObjectMeta.absent
    /// `spec`; nil when absent, which the controller takes for a missing implementation.
    package var implementation: Implementation?

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var meta = ObjectMeta.absent
        var implementation: Implementation?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": meta = try ObjectMeta(&reader)
            case "spec":
                let isObject = try reader.peek() == .object
                let spec = try Implementation(&reader)
                implementation = isObject ? spec : nil
            default: try reader.skipValue()
            }
        }
        (metadata, self.implementation) = (meta, implementation)
    }
}
