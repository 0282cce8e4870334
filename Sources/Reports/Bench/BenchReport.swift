internal import JSONPull

/// What `bench` measured: nanoseconds of CPU time that the parts of a review take.
package struct BenchReport {
    package let decode: Int
    package let judge: Int
    package let encode: Int
    /// To leave a mark, once the answer is on its way; nil when it was not measured.
    package var mark: Int?

    package init(decode: Int, judge: Int, encode: Int) {
        self.decode = decode
        self.judge = judge
        self.encode = encode
    }

    private var total: Int { decode + judge + encode }

    private var text: String {
        let rest = mark.map { "; afterwards, mark \($0) ns" } ?? ""
        return "decode \(decode) ns, judge \(judge) ns, encode \(encode) ns, total \(total) ns\(rest)\n"
    }

    private var json: [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.member("decodeNanoseconds", decode)
        writer.member("judgeNanoseconds", judge)
        writer.member("encodeNanoseconds", encode)
        writer.member("totalNanoseconds", total)
        if let mark { writer.member("markNanoseconds", mark) }
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}

extension BenchReport: PrintedReport {
    package static let forms: [OutputForm<BenchReport>] = [
        .init(.text) { report, _ in report.text },
        .init(.json) { report, _ in report.json },
    ]
}
