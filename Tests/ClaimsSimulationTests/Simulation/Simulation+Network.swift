import AgentRuns
import JSONPull
import SimulationSupport

@testable import ClusterState

// MARK: Calls and answers

extension Simulation {
    /// One way of a message.
    mutating func delay() -> Int64 {
        let delay = random.draw(1...weather.delay)
        return random.happens(weather.slowPerMille) ? delay * random.draw(1...10) : delay
    }

    /// Does what the replicas want done, until they want nothing more.
    mutating func attend() {
        for number in replicas.indices {
            var isBusy = true
            while isBusy, replicas[number].isUp {
                isBusy = false
                if let (review, result) = replicas[number].takeDecision() {
                    isBusy = true
                    finish(review, result, number)
                }
                if let call = replicas[number].takeCall() {
                    isBusy = true
                    send(call, number)
                }
            }
        }
    }

    /// Sends a call of a replica, which may get lost, come twice, or end the replica.
    private mutating func send(_ call: SimulatedReplica.Call, _ replica: Int) {
        let sender = Return(replica: replica, life: replicas[replica].life, call: call.number)
        let arrival = now + delay()
        queue.add(.answer(.failed(Self.timedOut), sender), at: now + call.timeoutMilliseconds)
        if !random.happens(weather.lostCallsPerMille) {
            trouble(until: arrival)
            queue.add(.execute(call.call, sender), at: arrival)
        }
        if random.happens(weather.duplicatesPerMille) {
            let again = arrival + random.draw(0...60_000)
            trouble(until: again)
            queue.add(.execute(call.call, nil), at: again)
        }
        if random.happens(weather.crashesPerMille) { crash(replica) }
    }

    mutating func execute(_ call: ClaimCall, _ sender: Return?) {
        if sender != nil, random.happens(weather.errorsPerMille) {
            if let sender { queue.add(.answer(.failed(Self.busy), sender), at: now + delay()) }
            return
        }
        let answer = cluster.execute(call, now: now)
        guard let sender, !random.happens(weather.lostAnswersPerMille) else { return }
        let lateness = random.happens(weather.lateAnswersPerMille) ? random.draw(1000...4999) : delay()
        queue.add(.answer(answer, sender), at: now + lateness)
    }

    func receive(_ answer: ClaimAnswer, _ sender: Return) {
        guard isAlive(sender.replica, sender.life) else { return }
        replicas[sender.replica].answer(sender.call, answer)
    }

    mutating func crash(_ replica: Int) {
        // Whoever waits for an answer sees the connection end.
        for review in replicas[replica].openReviews {
            queue.add(.decided(review, isAdmitted: false, replicas[replica].scope), at: now + 1)
        }
        replicas[replica].crash()
        let back = now + random.draw(0...30_000)
        trouble(until: back)
        queue.add(.restart(replica), at: back)
    }

    mutating func trouble(until time: Int64) {
        lastTrouble = max(lastTrouble, time)
    }

    private static let timedOut = ClaimFailure(message: "timed out", cause: "timed out", isTransient: true)
    private static let busy = ClaimFailure(message: "the API is busy", cause: "busy", isTransient: true)
}
