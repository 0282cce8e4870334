internal import JSONPull

extension CheckReport {
    /// A SARIF 2.1.0 log (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0): a result for each finding, a notification for
    /// what could not be read, one rule for each reason that occurs.
    func sarif(failingOn failOn: FailOn, productVersion: String) -> [UInt8] {
        var log = SARIFLog(productVersion: productVersion)
        for entry in entries { log.add(entry) }
        for doubt in doubts { log.add(doubt) }
        return log.written(errors: errors, exit: exitStatus(failingOn: failOn))
    }
}
