import SimulationSupport
import TestRandomness

/// How bad things are in one schedule.
struct Weather {
    /// Longest way of a message, and how many in a thousand take up to ten times as long.
    var delay: Int64
    var slowPerMille = 0
    /// The call takes effect at once, but its answer takes seconds.
    var lateAnswersPerMille = 0
    /// The call never arrives.
    var lostCallsPerMille = 0
    /// The call takes effect, but its answer is lost.
    var lostAnswersPerMille = 0
    /// The call takes effect a second time, up to a minute later.
    var duplicatesPerMille = 0
    /// The API answers with an error.
    var errorsPerMille = 0
    /// A replica ends at a step.
    var crashesPerMille = 0
    /// Longest time an event of a watch is on its way.
    var watchLag: Int64

    /// Watches are quicker than answers.
    static let slow = Weather(delay: 2000, slowPerMille: 100, lateAnswersPerMille: 200, watchLag: 20)
    static let calm = Weather(delay: 50, watchLag: 500)

    /// Drawn so that each schedule has a character.
    static func draw(_ random: inout SplitMix) -> Weather {
        Weather(
            delay: random.pick([20, 200, 1000, 3000]),
            slowPerMille: random.pick([0, 50, 200]),
            lateAnswersPerMille: random.pick([0, 100, 500]),
            lostCallsPerMille: random.pick([0, 0, 30, 100]),
            lostAnswersPerMille: random.pick([0, 0, 30, 100]),
            duplicatesPerMille: random.pick([0, 30, 100]),
            errorsPerMille: random.pick([0, 30, 100]),
            crashesPerMille: random.pick([0, 0, 5, 20]),
            watchLag: random.pick([100, 1000, 10_000, 60_000])
        )
    }
}
