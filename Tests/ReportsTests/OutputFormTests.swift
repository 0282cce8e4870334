import Reports
import Testing

@Suite struct `Output formats` {
    private static func offered<Report: PrintedReport>(_: Report.Type) -> [String] {
        Report.forms.map(\.format.rawValue)
    }

    /// What each command offers, as its help lists it.
    private static let offers: [(command: String, formats: [String], expected: String)] = [
        ("check", offered(CheckReport.self), "text json sarif junit html github admission-review"),
        ("explain", offered(ExplainReport.self), "text json"),
        ("test", offered(SuiteReport.self), "text junit"),
        ("replay", offered(ReplayReport.self), "text json"),
        ("rules", offered(RulesReport.self), "text json markdown"),
        ("policy show --limits", offered(LimitsReport.self), "text json"),
        ("bench", offered(BenchReport.self), "text json"),
    ]

    @Test func `are those each command has, text first`() {
        for offer in Self.offers {
            #expect(offer.formats.joined(separator: " ") == offer.expected, "\(offer.command)")
            #expect(Set(offer.formats).count == offer.formats.count, "\(offer.command)")
        }
    }

    @Test func `have no name that no command offers`() {
        #expect(Set(Self.offers.flatMap(\.formats)) == Set(OutputFormat.allCases.map(\.rawValue)))
    }

    @Test(arguments: ["", "TEXT", "text ", "sarif", "markdown", "te\u{301}xt"])
    func `of another command, or of none, are refused`(name: String) {
        #expect(OutputForm<ExplainReport>(named: name) == nil)
    }

    @Test func `are text when nothing is said`() {
        #expect(OutputForm<CheckReport>.first.format == .text)
        #expect(OutputForm<RulesReport>.first.format == .text)
    }

    @Test func `of a measurement name every part`() {
        let report = BenchReport(decode: 1, judge: 20, encode: 300)
        #expect(report.output(.text) == "decode 1 ns, judge 20 ns, encode 300 ns, total 321 ns\n")
        let keys = ["decodeNanoseconds\":1", "judgeNanoseconds\":20", "encodeNanoseconds\":300"]
        let json = report.output(.json) ?? ""
        for key in keys + ["totalNanoseconds\":321}\n"] { #expect(json.contains(key)) }
        var marked = report
        marked.mark = 4
        #expect(marked.output(.text)?.hasSuffix("total 321 ns; afterwards, mark 4 ns\n") == true)
        #expect(marked.output(.json)?.hasSuffix("\"totalNanoseconds\":321,\"markNanoseconds\":4}\n") == true)
    }
}
