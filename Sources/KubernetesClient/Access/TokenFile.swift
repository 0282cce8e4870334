internal import JSONPull

/// A bearer token in a file that something else renews, as the kubelet does with a service account's.
package struct TokenFile: Sendable {
    /// How long a token is used before the file is read again.
    ///
    /// The kubelet writes a new one when 80% of the hour are over, so a minute is early enough.
    static let refreshMilliseconds: Int64 = 60_000

    private let path: String
    private var token: String?
    private var readAt: Int64 = 0

    package init(path: String) {
        self.path = path
    }

    /// The token, read again when it is a minute old.
    ///
    /// While the file cannot be read or is empty the last token stays in use: it may be valid for long.
    ///
    /// - Parameters:
    ///   - now: monotonic milliseconds.
    ///   - readFile: how to read the file.
    /// - Returns: the token, without white space around it.
    /// - Throws: `AccessError` when there never was one.
    package mutating func current(now: Int64, readFile: FileReading) throws(AccessError) -> String {
        if let token, now - readAt < Self.refreshMilliseconds { return token }
        do {
            let text = String(decoding: try readFile(path), as: UTF8.self)
            let fresh = ExactString(text).trimmed.string
            if !fresh.isEmpty {
                token = fresh
                readAt = now
                return fresh
            }
        } catch  where token == nil {
            throw AccessError(place: path, reason: "\(error); put a bearer token there")
        } catch {
            // The last one is still the best there is.
        }
        guard let token else { throw AccessError(place: path, reason: "the file is empty; put a bearer token there") }
        return token
    }

    /// Makes the next call read the file: the server answered 401.
    package mutating func expire() {
        readAt = Int64.min / 2
    }
}
