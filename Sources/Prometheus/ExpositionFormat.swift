/// The formats of a scrape.
package enum ExpositionFormat: Sendable {
    /// Prometheus' own, version 0.0.4.
    case text
    /// OpenMetrics 1.0.0, which has exemplars.
    case openMetrics

    /// The value of `Content-Type`.
    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// What a client prefers (RFC 9110, section 12.5.1): text, unless it names OpenMetrics at least as gladly.
    ///
    /// - Parameter accept: the field as sent; nil without it.
    package init(accept: String?) {
        var (text, openMetrics) = (0, 0)
        for range in (accept ?? "").utf8.split(separator: UInt8(ascii: ",")) {
            let range = MediaRange(range)
            if range.isText { text = max(text, range.quality) }
            if range.isOpenMetrics { openMetrics = max(openMetrics, range.quality) }
        }
        self = openMetrics > 0 && openMetrics >= text ? .openMetrics : .text
    }
}

/// One entry of `Accept`.
private struct MediaRange {
    private(set) var isText: Bool
    private(set) var isOpenMetrics: Bool
    /// In thousandths.
    private(set) var quality = 1000

    init(_ entry: Substring.UTF8View) {
        let parts = entry.split(separator: UInt8(ascii: ";")).map { Self.lowercased($0) }
        isText = parts.first == "text/plain"
        isOpenMetrics = parts.first == "application/openmetrics-text"
        for part in parts.dropFirst() {
            let pair = part.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard pair.count == 2 else { continue }
            let (name, value) = (String(Substring(pair[0])), String(Substring(pair[1])))
            switch name {
            case "q": quality = Self.thousandths(value)
            // Version 0.0.1 is what became 1.0.0.
            case "version" where isOpenMetrics: isOpenMetrics = ["1.0.0", "0.0.1"].contains(value)
            default: break
            }
        }
    }

    /// Without white space and quotes, which no name or number of ours has.
    private static func lowercased(_ part: Substring.UTF8View) -> String {
        let bytes = part.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\"") }
        return String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Of `0.5` 500; nothing of what is no quality.
    private static func thousandths(_ text: String) -> Int {
        guard text.utf8.count <= 5, let value = Double(text), (0...1).contains(value) else { return 0 }
        return Int((value * 1000).rounded())
    }
}
