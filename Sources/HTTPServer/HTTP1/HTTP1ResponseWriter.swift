internal import NIOCore

/// Writes an answer in HTTP/1.1 form: head and body behind one another into one buffer.
///
/// The codec's encoder would take the head and the body as two writes and the fields as its own collection.
enum HTTP1ResponseWriter {
    /// What the connection's side of the exchange decides about the answer.
    struct Context {
        /// The request was HEAD: the fields of the answer, without its body.
        var omitsBody: Bool
        var closes: Bool
        /// An HTTP/1.0 client only believes in a kept connection when told so.
        var confirmsKeepAlive: Bool
    }

    /// RFC 9110, section 10.1.1.
    static let continueLine: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    static func write(_ response: HTTPResponse, in context: Context, to output: inout ByteBuffer) {
        let body = response.body
        output.reserveCapacity(minimumWritableBytes: 256 + body.readableBytes)
        writeStatusLine(response.status, to: &output)
        if let contentType = response.contentType {
            output.writeStaticString("Content-Type: ")
            writeValue(contentType, to: &output)
        }
        let hasBody = response.status != 204 && response.status != 304
        if hasBody {
            output.writeStaticString("Content-Length: ")
            writeDecimal(body.readableBytes, to: &output)
            output.writeStaticString("\r\n")
        }
        for (name, value) in response.headers {
            writeClean(name, to: &output)
            output.writeStaticString(": ")
            writeValue(value, to: &output)
        }
        if context.closes {
            output.writeStaticString("Connection: close\r\n")
        } else if context.confirmsKeepAlive {
            output.writeStaticString("Connection: keep-alive\r\n")
        }
        output.writeStaticString("\r\n")
        if hasBody && !context.omitsBody {
            output.writeImmutableBuffer(body)
        }
    }

    private static func writeStatusLine(_ status: Int, to output: inout ByteBuffer) {
        guard status != 200 else {
            output.writeStaticString("HTTP/1.1 200 OK\r\n")
            return
        }
        output.writeStaticString("HTTP/1.1 ")
        writeDecimal(status, to: &output)
        output.writeStaticString(" ")
        output.writeStaticString(HTTPStatusReason.phrase(for: status))
        output.writeStaticString("\r\n")
    }

    private static func writeValue(_ value: String, to output: inout ByteBuffer) {
        writeClean(value, to: &output)
        output.writeStaticString("\r\n")
    }

    /// Writes a name or value; control bytes become spaces, so that no value can end its line and begin another.
    private static func writeClean(_ text: String, to output: inout ByteBuffer) {
        if HTTPFieldBytes.areAllowed(text) {
            output.writeString(text)
        } else {
            output.writeBytes(text.utf8.lazy.map(HTTPFieldBytes.clean))
        }
    }

    private static func writeDecimal(_ number: Int, to output: inout ByteBuffer) {
        output.writeString(String(number))
    }
}
