/// What became of reports of the audit.
package enum PolicyReportCount: String, Sendable, CaseIterable {
    case written
    /// Nothing is found in their namespace any more.
    case removed
    /// They could not be written, or removed; tried again later.
    case failed
}
