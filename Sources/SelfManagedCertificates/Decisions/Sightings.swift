/// Since when this replica has seen authorities in every bundle.
///
/// A change of the configuration begins the count anew: between two looks somebody may have taken an authority out, and
/// another replica put it back, and an API server that lags would then see it missing after its time was over.
struct Sightings: Equatable, Sendable {
    private var version: String?
    private var since: [String: Int64] = [:]

    mutating func note(_ trusted: Set<AuthorityFacts>, version: String, at now: Int64) {
        if version != self.version { since = [:] }
        self.version = version
        since = Dictionary(uniqueKeysWithValues: trusted.map { ($0.id, since[$0.id] ?? now) })
    }

    /// When it has been seen for so long; nil when it is not trusted.
    func settling(_ authority: AuthorityFacts, for milliseconds: Int64) -> Int64? {
        since[authority.id].map { $0 + milliseconds }
    }
}
