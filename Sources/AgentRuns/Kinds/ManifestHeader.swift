package import JSONPull

/// `apiVersion` and `kind` of an object in a file, with its name.
package struct ManifestHeader: Sendable {
    /// The part of `apiVersion` before the slash; empty for the core group.
    package var group: ExactString = ""
    /// The part of `apiVersion` after the slash.
    package var version: ExactString = ""
    package var kind: ExactString = ""
    package var metadata = ObjectMeta.absent

    /// Reads the header; anything but an object leaves everything empty.
    package init(_ reader: inout JSONReader) throws(JSONError) {
        var apiVersion: ExactString = ""
        var kind: ExactString = ""
        var metadata = ObjectMeta.absent
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "apiVersion": apiVersion = try reader.readExactString() ?? ""
            case "kind": kind = try reader.readExactString() ?? ""
            case "metadata": metadata = try ObjectMeta(&reader)
            default: try reader.skipValue()
            }
        }
        (group, version) = apiVersion.cut(atFirst: "/") ?? ("", apiVersion)
        (self.kind, self.metadata) = (kind, metadata)
    }
}
