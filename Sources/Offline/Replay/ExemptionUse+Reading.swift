internal import JSONPull
private import Replay
package import Reports

extension ExemptionUse {
    /// Counts what every line of a decision log says.
    package mutating func read(_ path: String, progress: (Int) -> Void) throws(CommandFailure) {
        var lines = try DecisionLines(path, joining: PartJoiner())
        while let line = try lines.next() {
            let place = "\(path):\(lines.number)"
            progress(lines.number)
            switch line {
            case .whole(let bytes): add(bytes, at: place, isLast: false)
            case .unended(let bytes): add(bytes, at: place, isLast: true)
            case .tooLong: addProblem("the line is too long for a decision", at: place)
            }
        }
    }

    /// A last line without an end is being written, or was when its writer was stopped.
    private mutating func add(_ line: [UInt8], at place: String, isLast: Bool) {
        let decision: LoggedDecision
        do throws(JSONError) {
            decision = try LoggedDecision(line)
        } catch {
            return isLast ? addCutOff() : addProblem("not JSON: \(error)", at: place)
        }
        if let dropped = decision.dropped { return addDropped(dropped) }
        if decision.error != nil { return }
        guard decision.time != nil, decision.allowed != nil else {
            return addProblem("no decision (name a file that serve --decision-log has written)", at: place)
        }
        add(decision)
    }
}
