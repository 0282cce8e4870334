/// The rounds of the audit as others see them: the last one, and each as it ends.
package struct AuditRounds: Sendable {
    /// The last round that this replica brought to its end, without its results; nil before there is one.
    package let last = Current<AuditRound?>(nil)
    /// Told of each round when it has ended, on the thread of the audit, before ``last`` has it.
    package let followers = Followers<AuditRound>()

    package init() {}

    /// A round has ended.
    package func end(_ round: AuditRound) {
        followers.tell(round)
        // For figures; results may take megabytes.
        var figures = round
        (figures.results, figures.leftOut) = ([], [:])
        last.replace(with: figures)
    }
}
