import Testing

@testable import HTTPServer

/// One requirement of HTTP/1.1 on a server, and what a client sends to see it met.
struct HTTP1Case: CustomTestStringConvertible, Sendable {
    /// The RFC and the section in it, which the requirement is from.
    var section: String
    var title: String
    /// What the client sends in one piece; a request that asks for ``probe`` comes behind it.
    var input: [UInt8]
    /// The status codes that come back.
    var statuses: [Int]
    /// Whether the request behind is answered, too; the connection ends otherwise.
    var isKept: Bool
    /// How many answers, from the first, are to HEAD.
    var headCount = 0
    /// What else the answers are to be.
    var check: @Sendable ([HTTP1Answer]) -> Bool
    /// Why it is not what the RFC asks for; nil where it is.
    var difference: String?

    static let probe = "GET /probe HTTP/1.1\r\nHost: h\r\n\r\n"

    init(
        _ section: String,
        _ title: String,
        _ input: String,
        _ statuses: [Int],
        kept isKept: Bool = true,
        headCount: Int = 0,
        insteadOf difference: String? = nil,
        check: @escaping @Sendable ([HTTP1Answer]) -> Bool = { _ in true }
    ) {
        self.init(section, title, bytes: Array(input.utf8), statuses, kept: isKept, insteadOf: difference, check: check)
        self.headCount = headCount
    }

    init(
        _ section: String,
        _ title: String,
        bytes input: [UInt8],
        _ statuses: [Int],
        kept isKept: Bool = true,
        insteadOf difference: String? = nil,
        check: @escaping @Sendable ([HTTP1Answer]) -> Bool = { _ in true }
    ) {
        self.section = section
        self.title = title
        self.input = input
        self.statuses = statuses
        self.isKept = isKept
        self.difference = difference
        self.check = check
    }

    /// A request that is answered 400 and ends the connection.
    static func refused(_ section: String, _ title: String, _ input: String, _ status: Int = 400) -> HTTP1Case {
        HTTP1Case(section, title, input, [status], kept: false)
    }

    /// A request whose body, of this length, is taken.
    static func body(_ section: String, _ title: String, _ input: String, _ length: Int) -> HTTP1Case {
        HTTP1Case(section, title, input, [200]) { $0[0].body == "POST / \(length)" }
    }

    var testDescription: String { "\(section): \(title)" }

    static let all: [HTTP1Case] = requestLines + targets + fields + lengths + chunks + connections + limits
}

/// One answer of HTTP/1.1, read as a client reads it.
struct HTTP1Answer: Sendable {
    var status: Int
    var fields: [String: String] = [:]
    var body = ""

    /// The whole answers at the beginning of what came; of the first `headCount` final ones no body is expected.
    static func read(_ text: String, headCount: Int) -> [HTTP1Answer] {
        var answers: [HTTP1Answer] = []
        var rest = text.utf8[...]
        var bodiless = headCount
        while let end = rest.firstRange(of: "\r\n\r\n".utf8) {
            let lines = String(Substring(rest[..<end.lowerBound])).split(separator: "\r\n")
            guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3))
            else { break }
            var answer = HTTP1Answer(status: status)
            for line in lines.dropFirst() {
                let parts = line.split(separator: ": ", maxSplits: 1)
                answer.fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
            }
            rest = rest[end.upperBound...]
            let isFinal = status >= 200
            let length = !isFinal || bodiless > 0 ? 0 : answer.fields["content-length"].flatMap { Int($0) } ?? 0
            if isFinal { bodiless -= 1 }
            guard rest.count >= length else { break }
            answer.body = String(Substring(rest.prefix(length)))
            rest = rest.dropFirst(length)
            answers.append(answer)
        }
        return answers
    }
}
