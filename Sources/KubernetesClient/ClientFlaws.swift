/// Bugs that are planted to see whether the simulated year finds them; none outside of tests.
struct ClientFlaws: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// A connection is kept and used whoever it was made for, and though the server has refused that one.
    static let keepsRefusedConnections = ClientFlaws(rawValue: 1)
    /// A token goes to any server, with or without TLS.
    static let sendsTokensInTheClear = ClientFlaws(rawValue: 2)
    /// A program that has closed its output is waited for as long as one that has not.
    static let waitsForTheSilent = ClientFlaws(rawValue: 4)
    /// What cannot be waited for counts as ended well.
    static let takesTheLostForGood = ClientFlaws(rawValue: 8)
    /// A program gets whatever descriptors are not close-on-exec.
    static let leavesDescriptorsOpen = ClientFlaws(rawValue: 16)
}
