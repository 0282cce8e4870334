internal import JSONPull

/// Parts of messages about claims.
enum ClaimText {
    /// `"agents/first"`.
    static func name(of run: ObjectKey) -> String {
        VisibleText.quoted(ExactString("\(run.namespace)/\(run.name)"))
    }
}
