internal import JSONPull

/// Repository globs that no repository can match.
enum ImpossibleGlob {
    /// Why `glob` matches no `owner/repo`; nil when it can match one.
    ///
    /// Slashes beyond the first are for nested groups and denied spellings, so they are nobody's mistake here.
    static func problem(with glob: ExactString) -> String? {
        let text = glob.trimmed
        if text.isEmpty { return "a blank pattern matches nothing" }
        let hasStar = text.string.utf8.contains(UInt8(ascii: "*"))
        if !hasStar, !text.string.utf8.contains(UInt8(ascii: "/")) {
            return "it has neither a slash nor a *, so it can match no owner/repo"
        }
        return nil
    }
}
