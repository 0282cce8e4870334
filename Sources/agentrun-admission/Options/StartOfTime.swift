internal import AgentRuns
internal import ArgumentParser
private import JSONPull

/// Since when: a ``TimeSpan`` back from now, or a time as in RFC 3339.
enum StartOfTime: ExpressibleByArgument, Hashable, Sendable {
    case span(TimeSpan)
    case time(Timestamp)

    init?(argument: String) {
        if let span = TimeSpan(argument: argument) {
            self = .span(span)
        } else if let time = Timestamp(ExactString(argument)) {
            self = .time(time)
        } else {
            return nil
        }
    }

    func timestamp(before now: Timestamp) -> Timestamp {
        switch self {
        case .span(let span): Timestamp(seconds: now.seconds - span.seconds)
        case .time(let time): time
        }
    }
}
