import NIOCore

/// What a request is answered with.
struct Answer {
    var code = 200
    var contentType = "application/json"
    var retryAfterSeconds: Int?
    var body = ByteBuffer()
    /// The body is a watch, which begins when the answer does.
    var isWatch = false

    static let watch = Answer(isWatch: true)

    /// What a kube-apiserver says of a path it does not know, the resource of a missing CRD included.
    static let pageNotFound = Answer(
        code: 404,
        contentType: "text/plain; charset=utf-8",
        body: ByteBuffer(string: "404 page not found\n")
    )

    static func object(_ object: StoredObject, code: Int = 200) -> Answer {
        Answer(code: code, body: ByteBuffer(bytes: object.bytes + [UInt8(ascii: "\n")]))
    }

    static func failure(_ error: StatusError) -> Answer {
        Answer(
            code: error.code,
            retryAfterSeconds: error.retryAfterSeconds,
            body: ByteBuffer(bytes: error.bytes + [UInt8(ascii: "\n")])
        )
    }

    /// The answer to a deletion that is done.
    static func deleted(_ object: StoredObject, of resource: FakeResource) -> Answer {
        var details: [String: Any] = ["name": object.name, "kind": resource.resource, "uid": object.uid]
        if !resource.group.isEmpty { details["group"] = resource.group }
        let status: [String: Any] = [
            "kind": "Status", "apiVersion": "v1", "metadata": [String: Any](), "status": "Success", "details": details,
        ]
        return Answer(body: ByteBuffer(bytes: JSONObject.encode(status)))
    }

    /// A page such as a proxy or a login service gives.
    static func html(code: Int) -> Answer {
        let title = code == 200 ? "Sign in" : "\(code)"
        return Answer(
            code: code,
            contentType: "text/html",
            body: ByteBuffer(
                string: "<html>\r\n<head><title>\(title)</title></head>\r\n<body><center><h1>\(title)</h1></center>"
                    + "<hr><center>proxy</center></body>\r\n</html>\r\n"
            )
        )
    }
}
