internal import AdmissionServer
internal import ArgumentParser
internal import Offline
internal import Serving

/// Where the audit reports what it finds.
struct ReportOptions: ParsableArguments {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case none
        case openReports = "openreports.io"
        case policyWorkingGroup = "wgpolicyk8s.io"
    }

    @Option(
        help: ArgumentHelp(
            """
            API group of the reports that the audit writes, one a namespace: Reports of openreports.io, or PolicyReports of \
            wgpolicyk8s.io.
            """,
            valueName: "group"
        )
    )
    var reports = Kind.none

    /// The kind of reports; nil for none.
    ///
    /// - Throws: `CommandFailure` where somebody wants reports of an audit that there is not.
    func api(isAudited: Bool) throws(CommandFailure) -> PolicyReportAPI? {
        guard let api = PolicyReportAPI(rawValue: reports.rawValue) else { return nil }
        guard isAudited else {
            throw CommandFailure("--reports are of the audit: leave out --audit-interval 0, and see what that needs")
        }
        return api
    }
}
