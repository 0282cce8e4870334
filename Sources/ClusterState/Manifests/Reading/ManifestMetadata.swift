internal import JSONPull

/// What of an object's `metadata` the API server would not even read: where it wants a string, it takes no other type.
///
/// Read on as absent, `namespace: no` would be the default namespace, and a label that is no string none.
enum ManifestMetadata {
    /// Faults told of one object; a person reads them.
    private static let maximumFaults = 8

    /// Something of the wrong type, which starts at `offset` of the metadata.
    struct Fault {
        var offset: Int
        var message: String
    }

    /// The faults of the metadata in `json`, in order.
    static func faults(in json: UnsafeRawBufferPointer) -> [Fault] {
        var faults: [Fault] = []
        do throws(JSONError) {
            try unsafe JSONReader.read(json) { reader throws(JSONError) in try check(&reader, &faults) }
        } catch {
            // These bytes have been read before, as part of the object.
        }
        return Array(faults.prefix(maximumFaults))
    }

    private static func check(_ reader: inout JSONReader, _ faults: inout [Fault]) throws(JSONError) {
        guard try isObject("metadata", &reader, &faults), try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "name": try checkString("metadata.name", &reader, &faults)
            case "generateName": try checkString("metadata.generateName", &reader, &faults)
            case "namespace": try checkString("metadata.namespace", &reader, &faults)
            case "labels": try checkStrings("metadata.labels", &reader, &faults)
            case "annotations": try checkStrings("metadata.annotations", &reader, &faults)
            case "uid": try checkString("metadata.uid", &reader, &faults)
            case "resourceVersion": try checkString("metadata.resourceVersion", &reader, &faults)
            case "creationTimestamp": try checkString("metadata.creationTimestamp", &reader, &faults)
            case "deletionTimestamp": try checkString("metadata.deletionTimestamp", &reader, &faults)
            case "finalizers": try checkList("metadata.finalizers", of: .string, &reader, &faults)
            case "ownerReferences": try checkList("metadata.ownerReferences", of: .object, &reader, &faults)
            default: try reader.skipValue()
            }
        }
    }

    /// Checks a list of values of one type; null is no value of it and no fault.
    private static func checkList(
        _ path: String,
        of kind: JSONKind,
        _ reader: inout JSONReader,
        _ faults: inout [Fault]
    ) throws(JSONError) {
        let found = try reader.peek()
        let offset = reader.position
        guard found == .array, try reader.enterArray() else {
            if found != .array { try reader.skipValue() }
            guard found != .null else { return }
            let message = "\(path) is \(found.withArticle), and the API server takes nothing but a list (write a list)"
            faults.append(Fault(offset: offset, message: message))
            return
        }
        var (isFirst, index) = (true, 0)
        while try reader.nextElement(&isFirst) {
            let found = try reader.peek()
            let offset = reader.position
            try reader.skipValue()
            if found != kind, found != .null, faults.count < maximumFaults {
                let wanted = kind.withArticle
                let message =
                    "\(path)[\(index)] is \(found.withArticle), and the API server takes nothing but \(wanted) (write \(wanted))"
                faults.append(Fault(offset: offset, message: message))
            }
            index += 1
        }
    }

    /// Checks a map of strings.
    private static func checkStrings(
        _ path: String,
        _ reader: inout JSONReader,
        _ faults: inout [Fault]
    ) throws(JSONError) {
        guard try isObject(path, &reader, &faults), try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let name = key.string
            try checkString("\(path)\(JSONPath.member(name))", &reader, &faults)
        }
    }

    private static func checkString(
        _ path: @autoclosure () -> String,
        _ reader: inout JSONReader,
        _ faults: inout [Fault]
    ) throws(JSONError) {
        let kind = try reader.peek()
        let offset = reader.position
        try reader.skipValue()
        guard kind != .string, kind != .null, faults.count < maximumFaults else { return }
        let isScalar = kind == .number || kind == .boolean
        faults.append(
            Fault(
                offset: offset,
                message: "\(path()) is \(kind.withArticle), and the API server takes nothing but a string "
                    + "(\(isScalar ? "put it in quotes" : "write a string"))"
            )
        )
    }

    /// Whether the next value is an object; one of another type is passed over, and is a fault unless it is null.
    private static func isObject(
        _ path: String,
        _ reader: inout JSONReader,
        _ faults: inout [Fault]
    ) throws(JSONError) -> Bool {
        let kind = try reader.peek()
        guard kind != .object else { return true }
        let offset = reader.position
        try reader.skipValue()
        if kind != .null {
            let message = "\(path) is \(kind.withArticle), and the API server takes nothing but an object"
            faults.append(Fault(offset: offset, message: "\(message) (write its keys below it)"))
        }
        return false
    }
}

extension JSONKind {
    fileprivate var withArticle: String {
        switch self {
        case .object: "an object"
        case .array: "a list"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}
