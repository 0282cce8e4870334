/// What to do about a program that runs for its output, by what is seen of it.
///
/// It ends when the program has ended; a program that writes too much, or does not end in time, is killed. One that has closed
/// its output has nothing more to say: it is killed soon, and what it wrote counts. It reads no clock: `now` is monotonic
/// milliseconds.
struct ChildCourse {
    /// How long a program that has closed its output may go on.
    static let graceMilliseconds: Int64 = 2000
    /// How often is looked whether it has ended.
    private static let intervalMilliseconds: Int64 = 20

    /// What is seen of it: its end before its output, so that what it wrote before it ended is there.
    struct Sight {
        /// Nil while it runs.
        var end: Result<ChildProcess.End?, ChildProcessError>
        var isClosed: Bool
        var isTooLong: Bool
    }

    enum Step: Equatable {
        /// Look again after so long, or when there is more output.
        case wait(milliseconds: Int64)
        /// Its output counts.
        case done
        case failed(ChildProcessError)
        /// It still runs: end it by force; without an error its output counts.
        case kill(ChildProcessError?)
    }

    private let deadline: Int64
    private let timeoutMilliseconds: Int
    private let maximumBytes: Int
    private let flaws: ClientFlaws
    /// When it is killed though its output was complete.
    private var graceEnd: Int64?

    init(now: Int64, timeoutMilliseconds: Int, maximumBytes: Int, flaws: ClientFlaws = []) {
        deadline = now + Int64(timeoutMilliseconds)
        (self.timeoutMilliseconds, self.maximumBytes, self.flaws) = (timeoutMilliseconds, maximumBytes, flaws)
    }

    mutating func next(_ sight: Sight, now: Int64) -> Step {
        do throws(ChildProcessError) {
            let end = try sight.end.get()
            if sight.isTooLong {
                let error = ChildProcessError.tooMuch(limit: maximumBytes)
                return end == nil ? .kill(error) : .failed(error)
            }
            if let end {
                try end.check()
                return .done
            }
        } catch {
            if case .lost = error, flaws.contains(.takesTheLostForGood) { return .done }
            return .failed(error)
        }
        return step(isClosed: sight.isClosed, now)
    }

    private mutating func step(isClosed: Bool, _ now: Int64) -> Step {
        if isClosed, !flaws.contains(.waitsForTheSilent) {
            let end = graceEnd ?? min(deadline, now + Self.graceMilliseconds)
            graceEnd = end
            return now < end ? .wait(milliseconds: min(2, end - now)) : .kill(nil)
        }
        guard now < deadline else { return .kill(.timedOut(milliseconds: timeoutMilliseconds)) }
        return .wait(milliseconds: min(Self.intervalMilliseconds, deadline - now))
    }
}
