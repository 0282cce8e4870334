internal import AdmissionAPI
package import ClusterState
internal import JSONPull
package import Policy
internal import Replay
package import Reports

/// Judges the decisions of a log again.
package struct LogReplay {
    private let engine: PolicyEngine
    /// What is asked for what was not recorded; nil where there is nothing.
    private let state: ClusterStore?
    private var joiner = PartJoiner()
    package private(set) var report = ReplayReport()

    package init(engine: PolicyEngine, state: ClusterStore?) {
        (self.engine, self.state) = (engine, state)
    }

    /// Judges every line of a file.
    package mutating func run(_ path: String, progress: (Int) -> Void) throws(CommandFailure) {
        var lines = try DecisionLines(path, joining: joiner)
        while let line = try lines.next() {
            let place = "\(path):\(lines.number)"
            progress(lines.number)
            switch line {
            case .whole(let bytes): judge(bytes, at: place)
            case .unended(let bytes): judgeLast(bytes, at: place)
            case .tooLong: report.addProblem("the line is too long for a decision", at: place)
            }
        }
        joiner = lines.joiner
    }

    /// Judges a line without an end, if that is all it lacks: a log is often looked at while it is written, or after a crash.
    private mutating func judgeLast(_ line: [UInt8], at place: String) {
        do throws(JSONError) {
            _ = try LoggedDecision(line)
            judge(line, at: place)
        } catch {
            report.addCutOff(
                "the last line is cut off and left out: it is being written, or its writer was stopped",
                at: place
            )
        }
    }

    private mutating func judge(_ line: [UInt8], at place: String) {
        let decision: LoggedDecision
        do throws(JSONError) {
            decision = try LoggedDecision(line)
        } catch {
            return report.addProblem("not JSON: \(error)", at: place)
        }
        if let dropped = decision.dropped { return report.addDropped(dropped) }
        if decision.error != nil { return report.addErrored() }
        guard let time = decision.time, decision.allowed != nil else {
            return report.addProblem("no decision (name a file that serve --decision-log has written)", at: place)
        }
        guard let replay = decision.replay else {
            let reason = decision.notReplayable ?? "the line has no review"
            return report.add(decision, at: place, doubts: [reason])
        }
        // The bytes are lent for the call.
        let result: Result<RecordedReview.Outcome, AdmissionReviewError> = unsafe line.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[replay])
                return .success(try unsafe RecordedReview(part, source: state).judged(by: engine, now: time))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let outcome) where outcome.doubts.isEmpty:
            report.add(decision, at: place, verdict: outcome.verdict)
        case .success(let outcome): report.add(decision, at: place, doubts: outcome.doubts)
        case .failure(let error): report.addProblem("the review cannot be read: \(error)", at: place)
        }
    }
}
