import Foundation
import NIOCore

/// A page of a list, as the API server takes it from etcd.
struct ObjectList {
    let collection: ObjectCollection
    /// The version of the store.
    let version: Int
    let request: ReceivedRequest

    func encode() throws(StatusError) -> ByteBuffer {
        let name = try request.selectedName()
        let selector = try LabelSelector(parsing: request.query["labelSelector"])
        let token = try ContinueToken(parsing: request.query["continue"])
        let limit = try limit(token)
        let listed = try version(token)
        let objects = try objects(token, at: listed)
        let range = range(in: objects, from: token?.start)
        let end = limit == 0 ? range.upperBound : min(range.lowerBound + limit, range.upperBound)
        var next = ""
        if end < range.upperBound, end > range.lowerBound {
            if token?.version != ContinueToken.anyVersion { collection.keepSnapshot(version: listed) }
            next = ContinueToken(version: listed, start: objects[end - 1].key + "\0").text
        }
        let metadata = metadata(version: listed, next: next, remaining: range.upperBound - end)
        // A page may have fewer objects than its limit, as a real server's may.
        let selected = objects[range.lowerBound..<end].filter { object in
            selector.matches(object) && (name == nil || object.name == name)
        }
        return write(selected[...], metadata: metadata)
    }

    /// 0 for everything: also when the watch cache answers, which knows no pages.
    private func limit(_ token: ContinueToken?) throws(StatusError) -> Int {
        guard let text = request.query["limit"], !text.isEmpty else { return 0 }
        guard let limit = Int(text), limit >= 0 else { throw .badRequest("invalid limit \"\(text)\"") }
        return token == nil && request.query["resourceVersion"] == "0" ? 0 : limit
    }

    private func version(_ token: ContinueToken?) throws(StatusError) -> Int {
        if let token { return token.version == ContinueToken.anyVersion ? version : token.version }
        guard let text = request.query["resourceVersion"], !text.isEmpty else { return version }
        guard let requested = Int(text) else { throw .badRequest("Invalid value: \"\(text)\": resourceVersion") }
        guard requested <= version else { throw .tooLarge(requested: requested, current: version) }
        return version
    }

    private func objects(_ token: ContinueToken?, at version: Int) throws(StatusError) -> [StoredObject] {
        guard let token, token.version != ContinueToken.anyVersion else { return collection.objects }
        guard let objects = collection.snapshot(version: version) else {
            let goOn = ContinueToken(version: ContinueToken.anyVersion, start: token.start)
            throw .expiredToken(continueToken: goOn.text)
        }
        return objects
    }

    /// What of `objects` is in the namespace and from the token's key on.
    private func range(in objects: [StoredObject], from start: String?) -> Range<Int> {
        var lower = 0
        var upper = objects.count
        if let namespace = request.namespace {
            lower = ObjectCollection.index(of: "\(namespace)/", in: objects)
            // "0" follows "/".
            upper = ObjectCollection.index(of: "\(namespace)0", in: objects)
        }
        if let start { lower = max(lower, ObjectCollection.index(of: start, in: objects)) }
        return lower..<max(lower, upper)
    }

    private func metadata(version: Int, next: String, remaining: Int) -> String {
        var members: [String] = []
        let isBuiltIn = collection.resource.isBuiltIn
        if isBuiltIn { members.append("\"resourceVersion\":\"\(version)\"") }
        if !next.isEmpty || !isBuiltIn { members.append("\"continue\":\"\(next)\"") }
        if !next.isEmpty { members.append("\"remainingItemCount\":\(remaining)") }
        if !isBuiltIn { members.append("\"resourceVersion\":\"\(version)\"") }
        return "{\(members.joined(separator: ","))}"
    }

    /// Custom resources have their members sorted, so the items stand before the metadata.
    private func write(_ objects: ArraySlice<StoredObject>, metadata: String) -> ByteBuffer {
        let size = objects.reduce(metadata.utf8.count + 256) { $0 + $1.bytes.count + 1 }
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        let apiVersion = collection.resource.apiVersion
        if collection.resource.isBuiltIn {
            buffer.writeString("{\"kind\":\"\(collection.kind)List\",\"apiVersion\":\"\(apiVersion)\",")
            buffer.writeString("\"metadata\":\(metadata),\"items\":[")
            write(objects, to: &buffer)
            buffer.writeString("]}\n")
        } else {
            buffer.writeString("{\"apiVersion\":\"\(apiVersion)\",\"items\":[")
            write(objects, to: &buffer)
            buffer.writeString("],\"kind\":\"\(collection.kind)List\",\"metadata\":\(metadata)}\n")
        }
        return buffer
    }

    private func write(_ objects: ArraySlice<StoredObject>, to buffer: inout ByteBuffer) {
        var isFirst = true
        for object in objects {
            if !isFirst { buffer.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            if object.typeEnd > 0 {
                buffer.writeInteger(UInt8(ascii: "{"))
                buffer.writeBytes(object.bytes[object.typeEnd...])
            } else {
                buffer.writeBytes(object.bytes)
            }
        }
    }
}

/// Where a list goes on: opaque to clients.
struct ContinueToken {
    /// The version of a token that goes on without consistency.
    static let anyVersion = -1

    var version: Int
    /// The first key of the next page.
    var start: String

    init(version: Int, start: String) {
        self.version = version
        self.start = start
    }

    /// Nil when there is none.
    init?(parsing text: String?) throws(StatusError) {
        guard let text, !text.isEmpty else { return nil }
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64 + padding), let object = JSONObject.decode(Array(data)),
            let version = object["rv"] as? Int, let start = object["start"] as? String
        else {
            throw .badRequest("continue key is not valid: it was not made by this server")
        }
        self.init(version: version, start: start)
    }

    var text: String {
        let object: [String: Any] = ["v": "meta.k8s.io/v1", "rv": version, "start": start]
        return Data(JSONObject.encode(object)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
