internal import AgentRuns
internal import JSONPull

/// The volumes that a run of a provider with ssh has: `NAME-vcs-ssh` and `NAME-vcs-known-hosts`, as the controller cuts them.
enum VolumeNames {
    /// Longest name of a run with which every cut name is fine.
    static let safeLength = 57
    /// Longest name of a volume.
    private static let maximumLength = 63
    /// What is left of a safe name beside a dash and six digits.
    private static let shortenedLength = safeLength - 7

    /// What is wrong with the names; nil where nothing is, or no unit has such volumes.
    static func problem(with name: ExactString, _ run: RunUnderReview) -> String? {
        guard name.string.utf8.count > safeLength, run.generation.namesVolumesAfterRun, run.run.isPod, run.mode != .none
        else { return nil }
        let keys = volume(name, "vcs-ssh")
        for unit in run.units where unit.metadata.has(.repository) {
            guard let auth = run.provider(of: unit)?.object.spec.auth, auth.methodInForce == .ssh, auth.sshSecret != nil
            else { continue }
            let start =
                "Too long: \(name.characterCount) characters, and names of volumes are cut after \(maximumLength): "
            if !DNSLabel.isValid(keys) { return start + "the one for the ssh key ends in a dash" }
            if auth.knownHosts != nil, volume(name, "vcs-known-hosts") == keys {
                return start + "those for the ssh key and the known hosts are the same"
            }
        }
        return nil
    }

    static func shortened(_ name: ExactString) -> String { LabelLength.shortened(name, upTo: shortenedLength) }

    /// Lower-cased, what no name may hold made a dash, without dashes at the ends, and then cut.
    private static func volume(_ name: ExactString, _ suffix: StaticString) -> ExactString {
        JobName.of(ExactString("\(name)-\(suffix)")).trimming("-").prefix(bytes: maximumLength)
    }
}
