import TLS
import Testing

@testable import SelfManagedCertificates

extension `Decisions about certificates` {
    /// A replica that has just started.
    static let starts: [Case] = [
        Case(testDescription: "no Secret and no bundle", expected: .write(.begin)),
        Case(testDescription: "an empty Secret", secret: SecretFacts(), expected: .write(.begin)),
        Case(
            testDescription: "an empty Secret, and a bundle whose authorities have expired",
            secret: SecretFacts(),
            bundle: [old],
            time: 9001,
            expected: .write(.begin)
        ),
        Case(
            testDescription: "an empty Secret, and somebody may still be serving",
            secret: SecretFacts(),
            bundle: [old],
            expected: .write(.prepare)
        ),
        Case(
            testDescription: "a Secret with a pair, and nobody trusts it yet",
            secret: secret(old, oldPair),
            expected: .trust([old])
        ),
        Case(
            testDescription: "all is well",
            secret: secret(old, oldPair),
            bundle: [old],
            expected: poll
        ),
        Case(
            testDescription: "a bundle that nobody can read",
            secret: secret(old, oldPair),
            bundle: [old],
            isDamaged: true,
            expected: .trust([old])
        ),
        Case(
            testDescription: "an authority of ours nobody is known to use",
            secret: secret(old, oldPair, made: [stranger.id]),
            bundle: [old, stranger],
            expected: poll
        ),
        Case(
            testDescription: "an authority that only bears our name",
            secret: secret(old, oldPair),
            bundle: [old, stranger],
            expected: poll
        ),
        Case(
            testDescription: "one that only bears our name and has expired",
            secret: secret(new, Facts.pair("new pair", of: new, from: 9000)),
            bundle: [new, stranger],
            time: 9001,
            expected: .trust([new])
        ),
        Case(
            testDescription: "an authority of ours that has expired beside the one in use",
            secret: secret(new, Facts.pair("new pair", of: new, from: 9000)),
            bundle: [old, new],
            time: 9001,
            expected: .trust([new])
        ),
        Case(
            testDescription: "the pair is lost, its authority is trusted",
            secret: secret(old),
            bundle: [old],
            expected: .write(.issue)
        ),
        Case(
            testDescription: "the pair is lost, its authority is not trusted while another of ours is",
            secret: secret(old, made: [stranger.id]),
            bundle: [stranger],
            expected: .trust([stranger, old])
        ),
        Case(
            testDescription: "the pair is lost, its authority is not trusted while one is that only bears our name",
            secret: secret(old),
            bundle: [stranger],
            expected: .trust([old])
        ),
        Case(
            testDescription: "the pair and the authority's key are lost",
            secret: secret(old, canSign: false),
            bundle: [old],
            expected: .write(.prepare)
        ),
        Case(
            testDescription: "the authority's key is lost",
            secret: secret(old, canSign: false, oldPair),
            bundle: [old],
            expected: .write(.prepare)
        ),
        Case(
            testDescription: "two thirds of the pair's time are over",
            secret: secret(old, oldPair),
            bundle: [old],
            time: 2000,
            expected: .write(.issue)
        ),
        Case(
            testDescription: "not quite two thirds",
            secret: secret(old, oldPair),
            bundle: [old],
            time: 1999,
            expected: .wait(untilMilliseconds: 1000)
        ),
        Case(
            testDescription: "the pair has expired",
            secret: secret(old, oldPair),
            bundle: [old],
            time: 3001,
            expected: .write(.issue)
        ),
        Case(
            testDescription: "two thirds of the authority's time are over",
            secret: secret(old, Facts.pair("late", of: old, from: 5000)),
            bundle: [old],
            time: 6000,
            expected: .write(.prepare)
        ),
        Case(
            testDescription: "a new authority is prepared and not trusted yet",
            secret: secret(old, Facts.pair("late", of: old, from: 5000), next: new),
            bundle: [old],
            time: 6000,
            expected: .trust([new, old])
        ),
        Case(
            testDescription: "a new authority is trusted, but not for long",
            secret: secret(old, Facts.pair("late", of: old, from: 5000), next: new),
            bundle: [old, new],
            time: 6000,
            expected: poll
        ),
        Case(
            testDescription: "the pair's end is the authority's: a new one would not last longer",
            secret: secret(old, Facts.pair("late", of: old, from: 7000), next: new),
            bundle: [old, new],
            time: 8400,
            expected: poll
        ),
    ]
}
