internal import JSONPull

/// A request as far as it has been read.
///
/// Values go straight into the request: so many optional texts cost more to hand on than to read.
struct RequestReading {
    /// In the order in which they are complained of.
    private enum Field: UInt16, CheckedField {
        case uid, kind, operation, resource, subResource, name, namespace, userInfo, dryRun, object, oldObject

        var path: String { "request.\(self)" }

        var kind: JSONKind {
            switch self {
            case .uid, .operation, .subResource, .name, .namespace: .string
            case .kind, .resource, .userInfo, .object, .oldObject: .object
            case .dryRun: .boolean
            }
        }

        var isRequired: Bool {
            switch self {
            case .uid, .kind, .operation: true
            default: false
            }
        }
    }

    let request = AdmissionRequest()
    /// Whether every object that came was read where it stood.
    private(set) var objectsWereRead = true
    private var fields = FoundFields<Field>()

    init(_ reader: inout JSONReader, _ objects: ObjectReading?) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "uid": request.uid = try text(.uid, &reader)
            case "kind":
                request.kind = try fields.find(.kind, &reader) ? GroupVersionKind(&reader) : GroupVersionKind()
            case "resource":
                request.resource =
                    try fields.find(.resource, &reader) ? GroupVersionResource(&reader) : GroupVersionResource()
            case "subResource": request.subResource = ExactString(try text(.subResource, &reader))
            case "name": request.name = ExactString(try text(.name, &reader))
            case "namespace": request.namespace = ExactString(try text(.namespace, &reader))
            case "operation":
                request.operation = AdmissionRequest.Operation(ExactString(try text(.operation, &reader)))
            case "userInfo": request.userInfo = try fields.find(.userInfo, &reader) ? UserInfo(&reader) : UserInfo()
            case "dryRun": request.dryRun = try fields.find(.dryRun, &reader) ? reader.readBoolean() ?? false : false
            case "object": request.object = try place(.object, &reader, objects)
            case "oldObject": request.oldObject = try place(.oldObject, &reader, objects)
            default: try reader.skipValue()
            }
        }
    }

    /// Throws what is wrong with the request, if anything is.
    func check() throws(AdmissionReviewError) { try fields.check() }

    /// The next value, which is of `field`; empty counts as absent.
    private mutating func text(_ field: Field, _ reader: inout JSONReader) throws(JSONError) -> String {
        guard try fields.find(field, &reader), let text = try reader.readString() else { return "" }
        if text.isEmpty { fields.remove(field) }
        return text
    }

    /// Where the next value stands, read if it is known to be wanted; null is no object.
    private mutating func place(
        _ which: ObjectReading.Field,
        _ reader: inout JSONReader,
        _ objects: ObjectReading?
    ) throws(JSONError) -> Range<Int>? {
        guard try fields.find(which == .object ? .object : .oldObject, &reader) else { return nil }
        let start = reader.position
        if let objects, fields.contains(.resource), objects.isWanted(request.resource) {
            try objects.read(which, &reader)
        } else {
            objectsWereRead = false
            try reader.skipValue()
        }
        return start..<reader.position
    }
}

extension JSONReader {
    /// The members of a GroupVersionKind or a GroupVersionResource, the last one called `member`; ones of another type than
    /// string count as empty.
    fileprivate mutating func readType(
        _ member: StaticString
    ) throws(JSONError) -> (group: ExactString, version: ExactString, name: ExactString) {
        var type: (group: ExactString, version: ExactString, name: ExactString) = ("", "", "")
        guard try enterObject() else { return type }
        var isFirst = true
        while let key = try nextKey(&isFirst) {
            switch key {
            case "group": type.group = ExactString(try readString() ?? "")
            case "version": type.version = ExactString(try readString() ?? "")
            case member: type.name = ExactString(try readString() ?? "")
            default: try skipValue()
            }
        }
        return type
    }
}

// What an API server writes for a run is told apart by one look, and taken from the program: every review of ours has both.

extension GroupVersionKind {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        if reader.skipValue(ifWritten: #"{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"}"#) {
            self.init(group: "agents.proompteng.ai", version: "v1alpha1", kind: "AgentRun")
            return
        }
        let type = try reader.readType("kind")
        self.init(group: type.group, version: type.version, kind: type.name)
    }
}

extension GroupVersionResource {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        if reader.skipValue(ifWritten: #"{"group":"agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"}"#)
        {
            self.init(group: "agents.proompteng.ai", version: "v1alpha1", resource: "agentruns")
            return
        }
        let type = try reader.readType("resource")
        self.init(group: type.group, version: type.version, resource: type.name)
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
