import AgentRuns
import JSONPull

@testable import ClusterState

// MARK: Calls and answers

extension Simulation {
    /// One way of a message.
    mutating func delay() -> Int64 {
        let delay = random.draw(1...weather.delay)
        return random.happens(weather.slowPerMille) ? delay * random.draw(1...10) : delay
    }

    /// Sends a call of a replica, which may get lost, come twice, or end the replica.
    mutating func send(_ call: ClaimCall, _ replica: Int, _ target: Return.Target) {
        let sender = Return(replica: replica, life: replicas[replica].life, target: target)
        let arrival = now + delay()
        if random.happens(weather.lostCallsPerMille) {
            queue.add(.answer(.failed(Self.timedOut), sender), at: now + Self.callTimeout)
        } else {
            trouble(until: arrival)
            queue.add(.execute(call, sender), at: arrival)
        }
        if random.happens(weather.duplicatesPerMille) {
            let again = arrival + random.draw(0...60_000)
            trouble(until: again)
            queue.add(.execute(call, nil), at: again)
        }
        if random.happens(weather.crashesPerMille) { crash(replica) }
    }

    mutating func execute(_ call: ClaimCall, _ sender: Return?) {
        if sender != nil, random.happens(weather.errorsPerMille) {
            if let sender { queue.add(.answer(.failed(Self.busy), sender), at: now + delay()) }
            return
        }
        let answer = cluster.execute(call, now: now)
        guard let sender else { return }
        let isLost = random.happens(weather.lostAnswersPerMille)
        let lateness =
            random.happens(weather.lateAnswersPerMille) ? random.draw(1000...(Self.callTimeout - 1)) : delay()
        queue.add(
            .answer(isLost ? .failed(Self.timedOut) : answer, sender),
            at: now + (isLost ? Self.callTimeout : lateness)
        )
    }

    mutating func receive(_ answer: ClaimAnswer, _ sender: Return) {
        guard isAlive(sender.replica, sender.life) else { return }
        let moment = replicas[sender.replica].moment(now)
        switch sender.target {
        case .nobody: break
        case .review(let number):
            let observedAt = replicas[sender.replica].observedAt(answer)
            guard
                let action = replicas[sender.replica].reviews[number]?
                    .received(answer, observedAt: observedAt, now: moment)
            else { return }
            proceed(action, number, sender.replica)
        case .janitor(let ticket):
            replicas[sender.replica].janitor.received(answer, for: ticket, now: moment)
            pump(sender.replica)
        }
    }

    /// Lets a replica's janitor do what it wants to do now.
    mutating func pump(_ replica: Int) {
        while replicas[replica].isUp {
            switch replicas[replica].janitor.next(now: replicas[replica].moment(now)) {
            case .idle: return
            case .call(let call, let ticket): send(call, replica, .janitor(ticket))
            case .wait(let until):
                let time = now + max(1, until - replicas[replica].moment(now).steady)
                if let planned = replicas[replica].wakeAt, planned <= time { return }
                replicas[replica].wakeAt = time
                queue.add(.wakeJanitor(replica: replica, life: replicas[replica].life, at: time), at: time)
                return
            }
        }
    }

    mutating func crash(_ replica: Int) {
        // Whoever waits for an answer sees the connection end.
        for number in replicas[replica].reviews.keys.sorted() {
            queue.add(.decided(number, isAdmitted: false), at: now + 1)
        }
        replicas[replica].crash()
        let back = now + random.draw(0...30_000)
        trouble(until: back)
        queue.add(.restart(replica), at: back)
    }

    mutating func trouble(until time: Int64) {
        lastTrouble = max(lastTrouble, time)
    }

    private static let timedOut = ClaimFailure(message: "timed out", isTransient: true)
    private static let busy = ClaimFailure(message: "the API is busy", isTransient: true)
}
