/// Bugs that are planted to see whether the simulated year finds them; none outside of tests.
struct KeeperFlaws: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// A next authority counts as one though its time is over.
    static let countsTheExpired = KeeperFlaws(rawValue: 1)
    /// Whatever bears our name was made here.
    static let goesByTheName = KeeperFlaws(rawValue: 2)
    /// Ready is who serves what every bundle has, since whenever.
    static let isReadyAtOnce = KeeperFlaws(rawValue: 4)
}
