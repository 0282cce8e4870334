package import JSONPull

/// What reads the objects of a review where they stand.
///
/// Closures rather than a generic type: a generic would not be specialised across modules and cost more than it saves.
package final class ObjectReading {
    /// Which of the request's objects is meant.
    package enum Field {
        case object
        case oldObject
    }

    /// Whether objects of a resource are to be read at all.
    let isWanted: (GroupVersionResource) -> Bool
    /// Reads the object that is next.
    let read: (Field, inout JSONReader) throws(JSONError) -> Void

    package init(
        if isWanted: @escaping (GroupVersionResource) -> Bool,
        read: @escaping (Field, inout JSONReader) throws(JSONError) -> Void
    ) {
        self.isWanted = isWanted
        self.read = read
    }
}

extension AdmissionReview {
    /// Reads a review from a whole body, checking all of it.
    ///
    /// kube-apiserver names the resource before it sends the objects, so those are read where they stand; from a client
    /// that does not they are read again once the resource is known. Of a repeated `object` the last one is read last.
    ///
    /// - Parameters:
    ///   - body: the received bytes.
    ///   - objects: reads the objects; nil passes over them.
    /// - Returns: the review; objects are where the reader put them.
    /// - Throws: ``AdmissionReviewError``, which says what is wrong and where.
    package static func decode(
        _ body: UnsafeRawBufferPointer,
        objects: ObjectReading? = nil
    ) throws(AdmissionReviewError) -> AdmissionReview {
        let fields: Fields
        do {
            fields = try unsafe JSONReader.read(body) { reader throws(JSONError) in try Fields(&reader, objects) }
        } catch {
            throw .invalidJSON(unsafe error.located(in: body))
        }
        let (review, wereRead) = try fields.review()
        guard !wereRead, let objects, objects.isWanted(review.request.resource) else { return review }
        do {
            for case (let range?, let field) in [
                (review.request.object, ObjectReading.Field.object), (review.request.oldObject, .oldObject),
            ] {
                try unsafe JSONReader.read(body, in: range) { reader throws(JSONError) in
                    try objects.read(field, &reader)
                }
            }
        } catch {
            throw .invalidJSON(unsafe error.located(in: body))
        }
        return review
    }

    /// Reads a review from a whole body, checking all of it.
    package static func decode(_ body: [UInt8]) throws(AdmissionReviewError) -> AdmissionReview {
        let result: Result<AdmissionReview, AdmissionReviewError> = unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                return .success(try unsafe decode(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// A field as found: absent (null counts as absent), of the wrong JSON type, or a value.
private enum Found<Value> {
    case absent
    case wrongType
    case value(Value)

    /// The value, nil when absent.
    func optional(_ field: String, _ expected: String) throws(AdmissionReviewError) -> Value? {
        switch self {
        case .absent: nil
        case .wrongType: throw .wrongType(field: field, expected: expected)
        case .value(let value): value
        }
    }
}

extension JSONReader {
    /// Reads a value of `kind` with `read`; passes over null and over values of other types.
    fileprivate mutating func find<Value>(
        _ kind: JSONKind,
        _ read: (inout JSONReader) throws(JSONError) -> Value?
    ) throws(JSONError) -> Found<Value> {
        let found = try peek()
        guard found == kind else {
            try skipValue()
            return found == .null ? .absent : .wrongType
        }
        return try read(&self).map(Found.value) ?? .absent
    }

    fileprivate mutating func findString() throws(JSONError) -> Found<String> {
        try find(.string) { reader throws(JSONError) in try reader.readString() }
    }

    /// Reads a string that nearly always is `usual`, which then is taken from the program instead of made.
    fileprivate mutating func findString(_ usual: StaticString, is constant: String) throws(JSONError) -> Found<String>
    {
        try find(.string) { reader throws(JSONError) in try reader.readString(usual, is: constant) }
    }

    /// The next value if it is a string, else nil; nearly always it is `usual`.
    @inline(__always)
    mutating func readString(_ usual: StaticString, is constant: String) throws(JSONError) -> String? {
        switch try readRawString() {
        case nil: nil
        case usual?: constant
        case let other?: other.string
        }
    }

    fileprivate mutating func findObject<Value>(
        _ read: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Found<Value> {
        try find(.object) { reader throws(JSONError) in try read(&reader) }
    }
}

/// The review's fields before it is known whether they make one.
private struct Fields {
    private var isObject = false
    private var kind = Found<String>.absent
    private var apiVersion = Found<String>.absent
    private var request = Found<RequestReading>.absent

    init(_ reader: inout JSONReader, _ objects: ObjectReading?) throws(JSONError) {
        guard try reader.enterObject() else { return }
        isObject = true
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "kind": kind = try reader.findString()
            case "apiVersion": apiVersion = try reader.findString("admission.k8s.io/v1", is: "admission.k8s.io/v1")
            case "request":
                request = try reader.findObject { reader throws(JSONError) in try RequestReading(&reader, objects) }
            default: try reader.skipValue()
            }
        }
    }

    /// The review, and whether its objects have been read.
    consuming func review() throws(AdmissionReviewError) -> (AdmissionReview, wereRead: Bool) {
        guard isObject else { throw .wrongType(field: "body", expected: "an AdmissionReview object") }
        guard let kind = try kind.optional("kind", "a string") else { throw .missing("kind") }
        guard ExactString(kind) == "AdmissionReview" else { throw .wrongKind(kind) }
        guard let apiVersion = try apiVersion.optional("apiVersion", "a string") else { throw .missing("apiVersion") }
        guard let version = AdmissionReview.Version(rawValue: apiVersion) else {
            throw .unsupportedVersion(apiVersion)
        }
        guard let request = try request.optional("request", "an object") else { throw .missing("request") }
        try request.check()
        return (AdmissionReview(version: version, request: request.request), request.objectsWereRead)
    }
}
