internal import JSONPull
internal import Policy

/// Parts of messages about claims.
enum ClaimText {
    /// `"agents/first"`.
    static func name(of run: ObjectKey) -> String {
        QuotedName.quote(ExactString("\(run.namespace)/\(run.name)"))
    }
}
