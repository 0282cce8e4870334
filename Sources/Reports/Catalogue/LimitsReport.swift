internal import Policy

/// What `policy show --limits` prints: how large an object may be to be judged.
package struct LimitsReport: PrintedReport {
    package static let forms: [OutputForm<LimitsReport>] = [
        .init(.text) { _, _ in SizeLimit.text },
        .init(.json) { _, _ in SizeLimit.json },
    ]

    package init() {}
}
