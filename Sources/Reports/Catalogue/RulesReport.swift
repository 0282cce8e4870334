internal import Policy

/// What `rules` prints: what there is to complain about.
package struct RulesReport: PrintedReport {
    package static let forms: [OutputForm<RulesReport>] = [
        .init(.text) { _, _ in RuleCatalogue.text },
        .init(.json) { _, _ in RuleCatalogue.json },
        .init(.markdown) { _, _ in RuleCatalogue.markdown },
    ]

    package init() {}
}
