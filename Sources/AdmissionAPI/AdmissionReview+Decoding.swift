package import JSONPull

/// What reads the objects of a review where they stand.
///
/// Closures rather than a generic type: a generic would not be specialised across modules and cost more than it saves. A class, so
/// that handing it on costs one retain instead of two.
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
        let reading: ReviewReading
        do {
            reading = try unsafe JSONReader.read(body) { reader throws(JSONError) in try ReviewReading(&reader, objects)
            }
        } catch {
            throw .invalidJSON(unsafe error.located(in: body))
        }
        let (review, wereRead) = try reading.review()
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

extension JSONReader {
    /// The next value if it is a string, else nil after passing over it; one that is `usual`, as nearly all are, is taken
    /// from the program instead of made.
    fileprivate mutating func readString(_ usual: StaticString, is constant: String) throws(JSONError) -> String? {
        switch try readRawString() {
        case nil: nil
        case usual?: constant
        case let other?: other.string
        }
    }
}

/// A review as far as it has been read.
private struct ReviewReading {
    private enum Field: UInt16, CheckedField {
        case kind, apiVersion, request

        var path: String { "\(self)" }
        var kind: JSONKind { self == .request ? .object : .string }
        var isRequired: Bool { true }
    }

    private var isObject = false
    private var fields = FoundFields<Field>()
    private var kind = ""
    private var apiVersion = ""
    private var request: RequestReading?

    init(_ reader: inout JSONReader, _ objects: ObjectReading?) throws(JSONError) {
        guard try reader.enterObject() else { return }
        isObject = true
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "kind":
                let usual = "AdmissionReview"
                if try fields.find(.kind, &reader) { kind = try reader.readString("AdmissionReview", is: usual) ?? "" }
            case "apiVersion":
                let usual = "admission.k8s.io/v1"
                if try fields.find(.apiVersion, &reader) {
                    apiVersion = try reader.readString("admission.k8s.io/v1", is: usual) ?? ""
                }
            case "request": request = try fields.find(.request, &reader) ? RequestReading(&reader, objects) : nil
            default: try reader.skipValue()
            }
        }
    }

    /// The review, and whether its objects have been read.
    func review() throws(AdmissionReviewError) -> (AdmissionReview, wereRead: Bool) {
        guard isObject else { throw .wrongType(field: "body", expected: "an AdmissionReview object") }
        try fields.check(.kind)
        guard ExactString(kind) == "AdmissionReview" else { throw .wrongKind(kind) }
        try fields.check(.apiVersion)
        guard let version = AdmissionReview.Version(rawValue: apiVersion) else {
            throw .unsupportedVersion(apiVersion)
        }
        try fields.check(.request)
        guard let request else { throw .missing(Field.request.path) }
        try request.check()
        return (AdmissionReview(version: version, request: request.request), request.objectsWereRead)
    }
}
