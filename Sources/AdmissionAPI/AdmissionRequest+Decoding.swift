internal import JSONPull

/// A request as far as it has been read.
///
/// Values go straight into the request: so many optional texts cost more to hand on than to read.
struct RequestReading {
    /// The fields that can be missing or of another type than the API says, in the order in which they are complained of.
    private enum Field: UInt16, CaseIterable {
        case uid, kind, operation, resource, subResource, name, namespace, userInfo, dryRun, object, oldObject

        var path: String { "request.\(self)" }

        var bit: UInt16 { 1 << rawValue }

        /// Whether no review can be answered without it.
        var isRequired: Bool {
            switch self {
            case .uid, .kind, .operation: true
            default: false
            }
        }

        /// What the API says it is.
        var expected: String {
            switch self {
            case .uid, .operation, .subResource, .name, .namespace: "a string"
            case .kind, .resource, .userInfo, .object, .oldObject: "an object"
            case .dryRun: "a boolean"
            }
        }
    }

    let request = AdmissionRequest()
    /// Whether every object that came was read where it stood.
    private(set) var objectsWereRead = true
    /// The fields that have a value, a bit each; an empty text counts as none.
    private var filled: UInt16 = 0
    /// The fields that are of another type, a bit each.
    private var mistyped: UInt16 = 0

    /// Reads a request; of a repeated field the last one counts.
    init(_ reader: inout JSONReader, _ objects: ObjectReading?) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "uid": request.uid = try text(.uid, &reader) ?? ""
            case "kind":
                request.kind = try object(.kind, &reader) ? GroupVersionKind(&reader) : GroupVersionKind()
            case "resource":
                request.resource =
                    try object(.resource, &reader) ? GroupVersionResource(&reader) : GroupVersionResource()
            case "subResource": request.subResource = ExactString(try text(.subResource, &reader) ?? "")
            case "name": request.name = ExactString(try text(.name, &reader) ?? "")
            case "namespace": request.namespace = ExactString(try text(.namespace, &reader) ?? "")
            case "operation":
                request.operation = AdmissionRequest.Operation(ExactString(try text(.operation, &reader) ?? ""))
            case "userInfo": request.userInfo = try object(.userInfo, &reader) ? UserInfo(&reader) : UserInfo()
            case "dryRun":
                request.dryRun = try has(.dryRun, .boolean, &reader) ? reader.readBoolean() ?? false : false
            case "object": request.object = try place(.object, &reader, objects, .object)
            case "oldObject": request.oldObject = try place(.oldObject, &reader, objects, .oldObject)
            default: try reader.skipValue()
            }
        }
    }

    /// Throws what is wrong with the request, if anything is.
    func check() throws(AdmissionReviewError) {
        for field in Field.allCases {
            if mistyped & field.bit != 0 { throw .wrongType(field: field.path, expected: field.expected) }
            if field.isRequired, filled & field.bit == 0 { throw .missing(field.path) }
        }
    }

    // MARK: Values

    /// Whether the next value, which is of `field`, is of `kind`; passes over null and over values of other types.
    private mutating func has(_ field: Field, _ kind: JSONKind, _ reader: inout JSONReader) throws(JSONError) -> Bool {
        let found = try reader.peek()
        filled &= ~field.bit
        mistyped &= ~field.bit
        guard found == kind else {
            if found != .null { mistyped |= field.bit }
            try reader.skipValue()
            return false
        }
        filled |= field.bit
        return true
    }

    private mutating func object(_ field: Field, _ reader: inout JSONReader) throws(JSONError) -> Bool {
        try has(field, .object, &reader)
    }

    private mutating func text(_ field: Field, _ reader: inout JSONReader) throws(JSONError) -> String? {
        guard try has(field, .string, &reader), let text = try reader.readString() else { return nil }
        if text.isEmpty { filled &= ~field.bit }
        return text
    }

    /// Where the next value stands, read if it is known to be wanted; null is no object.
    private mutating func place(
        _ field: Field,
        _ reader: inout JSONReader,
        _ objects: ObjectReading?,
        _ read: ObjectReading.Field
    ) throws(JSONError) -> Range<Int>? {
        guard try object(field, &reader) else { return nil }
        let start = reader.position
        if let objects, filled & Field.resource.bit != 0, objects.isWanted(request.resource) {
            try objects.read(read, &reader)
        } else {
            objectsWereRead = false
            try reader.skipValue()
        }
        return start..<reader.position
    }
}

/// The members of a type; ones of another type than string count as empty.
extension GroupVersionKind {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "group": group = try reader.readGroup()
            case "version": version = try reader.readVersion()
            case "kind": kind = ExactString(try reader.readString("AgentRun", is: "AgentRun") ?? "")
            default: try reader.skipValue()
            }
        }
    }
}

extension GroupVersionResource {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "group": group = try reader.readGroup()
            case "version": version = try reader.readVersion()
            case "resource": resource = ExactString(try reader.readString("agentruns", is: "agentruns") ?? "")
            default: try reader.skipValue()
            }
        }
    }
}

// What every review of ours repeats.
extension JSONReader {
    fileprivate mutating func readGroup() throws(JSONError) -> ExactString {
        ExactString(try readString("agents.proompteng.ai", is: "agents.proompteng.ai") ?? "")
    }

    fileprivate mutating func readVersion() throws(JSONError) -> ExactString {
        ExactString(try readString("v1alpha1", is: "v1alpha1") ?? "")
    }
}

extension UserInfo {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "username": username = ExactString(try reader.readString() ?? "")
            case "groups": groups = try Self.strings(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private static func strings(_ reader: inout JSONReader) throws(JSONError) -> [ExactString] {
        guard try reader.enterArray() else { return [] }
        var strings: [ExactString] = []
        var isFirst = true
        while try reader.nextElement(&isFirst) {
            guard let string = try reader.readString() else { continue }
            // Nearly everybody is in two or three.
            if strings.isEmpty { strings.reserveCapacity(4) }
            strings.append(ExactString(string))
        }
        return strings
    }
}
