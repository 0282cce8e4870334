package import JSONPull

/// `ImplementationSpec`: an implementation that runs refer to by name.
package struct ImplementationSpec: Sendable {
    package var metadata = ObjectMeta.absent
    /// `spec`; nil when absent, which the controller takes for a missing implementation.
    package var implementation: Implementation?

    package init(_ reader: inout JSONReader) throws(JSONError) {
        (metadata, implementation) = try reader.readObject(nil) { reader throws(JSONError) in
            let isObject = try reader.peek() == .object
            let spec = try Implementation(&reader)
            return isObject ? spec : nil
        }
    }
}
