internal import JSONPull

/// Formats of strings that the API server checks (apiextensions' list of supported formats), as far as they are checked here.
enum StringFormat {
    /// Whether a text has a format; nil for a format that the API server checks and this program does not.
    static func fits(_ text: ExactString, _ format: String) -> Bool? {
        switch format {
        case "date-time", "datetime": isDateTime(text)
        case "date": isDate(Array(text.string.utf8)[...])
        case "byte": isBase64(text)
        case "bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4",
            "uuid5",
            "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "duration", "password":
            format == "password" ? true : nil
        // An unknown format is ignored.
        default: true
        }
    }

    /// RFC 3339 section 5.6, a space or small letters where it allows them.
    private static func isDateTime(_ text: ExactString) -> Bool {
        let bytes = Array(text.string.utf8)
        guard bytes.count >= 20, isDate(bytes[..<10]), "Tt ".utf8.contains(bytes[10]), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), hour < 24, minute < 60, second < 61
        else { return false }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(1 + digits.count)
        }
        if rest.elementsEqual("Z".utf8) || rest.elementsEqual("z".utf8) { return true }
        guard rest.count == 6, let sign = rest.first, "+-".utf8.contains(sign),
            rest[rest.startIndex + 3] == UInt8(ascii: ":"),
            number(rest[rest.startIndex + 1..<rest.startIndex + 3]).map({ $0 < 24 }) == true,
            number(rest[rest.startIndex + 4..<rest.endIndex]).map({ $0 < 60 }) == true
        else { return false }
        return true
    }

    private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        let start = bytes.startIndex
        guard bytes.count == 10, bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            let year = number(bytes[start..<start + 4]), let month = number(bytes[start + 5..<start + 7]),
            let day = number(bytes[start + 8..<start + 10]), (1...12).contains(month)
        else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func isBase64(_ text: ExactString) -> Bool {
        let bytes = Array(text.string.utf8)
        let digits = bytes.prefix { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
        let padding = bytes.count - digits.count
        return bytes.count.isMultiple(of: 4) && padding <= 2
            && bytes.suffix(padding).allSatisfy { $0 == UInt8(ascii: "=") }
    }
}
