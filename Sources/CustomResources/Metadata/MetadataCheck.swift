internal import JSONPull

/// What the API server would say of an object's `metadata` (apimachinery's `ValidateObjectMeta`), as it is created.
package struct MetadataCheck {
    /// Bytes of all annotations together.
    private static let maximumAnnotationBytes = 256 << 10
    private static let members: [ExactString] = [
        "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp",
        "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
        "managedFields",
    ]

    private var faults: [SchemaFault] = []
    private var nearNames = NearNames()

    private init() {}

    /// The faults of the metadata of an object's JSON, in order.
    package static func faults(in object: UnsafeRawBufferPointer) -> [SchemaFault] {
        var check = MetadataCheck()
        do throws(JSONError) {
            try unsafe JSONReader.read(object) { reader throws(JSONError) in
                guard try reader.enterObject() else { return }
                var isFirst = true
                while let key = try reader.nextKey(&isFirst) {
                    if case "metadata" = key { try check.read(&reader) } else { try reader.skipValue() }
                }
            }
        } catch {
            // These bytes have been read before.
        }
        return check.faults
    }

    private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let offset = reader.keyOffset
            switch key {
            case "name": try checkText("metadata.name", &reader, at: offset, NameSyntax.fault(inName:))
            case "generateName":
                try checkText("metadata.generateName", &reader, at: offset, NameSyntax.fault(inPrefix:))
            case "namespace": try checkText("metadata.namespace", &reader, at: offset, NameSyntax.fault(inNamespace:))
            case "labels": try checkLabels(&reader)
            case "annotations": try checkAnnotations(&reader, at: offset)
            case "finalizers": try checkFinalizers(&reader)
            case "ownerReferences": try checkOwners(&reader)
            default: try checkUnknown(ExactString(key.string), &reader, at: offset)
            }
        }
    }

    private mutating func checkUnknown(
        _ name: ExactString,
        _ reader: inout JSONReader,
        at offset: Int
    ) throws(JSONError) {
        try reader.skipValue()
        guard !Self.members.contains(name), faults.count < SchemaLimits.maximumFaults else { return }
        let nearest = nearNames.nearest(to: name, among: Self.members)
        let field = JSONPath.joining("metadata", name.string)
        let remedy = "correct its name\(NearNames.hint(nearest)), or remove it: the API server drops it"
        add(.unknownField, field, "unknown field \"\(field)\"", remedy, offset, suggestion: nearest?.string)
    }

    /// Empty texts count as absent.
    private mutating func checkText(
        _ field: String,
        _ reader: inout JSONReader,
        at offset: Int,
        _ fault: (ExactString) -> String?
    ) throws(JSONError) {
        guard let text = try reader.readString().map({ ExactString($0) }), !text.isEmpty, let reason = fault(text)
        else {
            return
        }
        add(.invalid, field, "Invalid value: \(VisibleText.quoted(text)): \(reason)", "choose another one", offset)
    }

    private mutating func checkLabels(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let name = ExactString(key.string)
            let offset = reader.keyOffset
            let field = JSONPath.joining("metadata.labels", name.string)
            checkKey(name, field, offset)
            guard let value = try reader.readString().map({ ExactString($0) }) else { continue }
            guard let reason = NameSyntax.fault(inLabelValue: value) else { continue }
            let remedy = "shorten or correct it, or make it an annotation"
            add(.invalid, field, "Invalid value: \(VisibleText.quoted(value)): \(reason)", remedy, offset)
        }
    }

    private mutating func checkAnnotations(_ reader: inout JSONReader, at start: Int) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        var bytes = 0
        while let key = try reader.nextKey(&isFirst) {
            let name = ExactString(key.string)
            // Small letters are asked for nowhere: the API server makes them itself before it looks.
            checkKey(name.asciiLowercased, JSONPath.joining("metadata.annotations", name.string), reader.keyOffset)
            bytes += name.string.utf8.count + (try reader.readString()?.utf8.count ?? 0)
        }
        guard bytes > Self.maximumAnnotationBytes else { return }
        let message = "Too long: may not be more than \(Self.maximumAnnotationBytes) bytes"
        add(.invalid, "metadata.annotations", message, "shorten them: they have \(bytes)", start)
    }

    private mutating func checkFinalizers(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterArray() else { return }
        var (isFirst, index) = (true, 0)
        while try reader.nextElement(&isFirst) {
            _ = try reader.peek()
            let offset = reader.position
            // Null is the empty text in a list of texts.
            let text = ExactString(try reader.readString() ?? "")
            checkKey(text, "metadata.finalizers[\(index)]", offset)
            index += 1
        }
    }

    private mutating func checkKey(_ key: ExactString, _ field: String, _ offset: Int) {
        guard let reason = NameSyntax.fault(inKey: key) else { return }
        add(.invalid, field, "Invalid value: \(VisibleText.quoted(key)): \(reason)", "choose another key", offset)
    }

    private mutating func checkOwners(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterArray() else { return }
        var (isFirst, index, controllers) = (true, 0, 0)
        while try reader.nextElement(&isFirst) {
            _ = try reader.peek()
            let offset = reader.position
            var missing: [ExactString] = ["apiVersion", "kind", "name", "uid"]
            var isController = false
            try reader.readMembers { reader, key throws(JSONError) in
                let name = ExactString(key.string)
                if name == "controller" {
                    isController = try reader.readBoolean() ?? false
                } else if let text = try reader.readString(), !text.utf8.isEmpty {
                    missing.removeAll { $0 == name }
                }
            }
            let field = "metadata.ownerReferences[\(index)]"
            for name in missing { add(.invalid, "\(field).\(name)", "must not be empty", "write it", offset) }
            if isController { controllers += 1 }
            if isController, controllers == 2 {
                add(.invalid, field, "Only one reference can have Controller set to true", "clear one of them", offset)
            }
            index += 1
        }
    }

    private mutating func add(
        _ kind: SchemaFault.Kind,
        _ field: String,
        _ message: String,
        _ remedy: String,
        _ offset: Int,
        suggestion: String? = nil
    ) {
        guard faults.count < SchemaLimits.maximumFaults else { return }
        faults.append(
            SchemaFault(kind, field: field, message: message, remedy: remedy, offset: offset, suggestion: suggestion)
        )
    }
}
