internal import NIOCore

/// Keeps a sink as a resource is: lists it, watches it, and begins again where that is needed.
///
/// What to do next is ``ReflectorStateMachine``'s decision; this carries it out. It belongs to the client's event loop.
package final class Reflector {
    /// What it needs of the machine.
    package struct Environment: Sendable {
        package var monotonicMilliseconds: @Sendable () -> Int64
        /// Random, from 0 up to 1.
        package var jitter: @Sendable () -> Double

        package init(
            monotonicMilliseconds: @escaping @Sendable () -> Int64,
            jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
        ) {
            (self.monotonicMilliseconds, self.jitter) = (monotonicMilliseconds, jitter)
        }
    }

    package let resource: WatchedResource
    private let client: APIClient
    private let sink: any ReflectorSink
    private let environment: Environment
    private var machine: ReflectorStateMachine
    /// Items a page, fewer once a page was too large.
    private var pageLimit = WatchedResource.pageLimit
    private var listedAt: Int64 = 0
    /// Objects of the list under way, and whether one of them is what no watch has told of and should have.
    private var listed = (count: 0, hasNews: false)
    /// Objects there are as far as lists and watches have told.
    private var knownCount = 0
    /// What was last asked; answers to anything before are of no interest.
    private var request = 0
    private var exchange: Exchange?
    private var timer: (task: Scheduled<Void>, at: Int64)?
    private var isStopped = false

    /// Makes a reflector that does nothing before ``start()``.
    package init(
        _ resource: WatchedResource,
        client: APIClient,
        sink: any ReflectorSink,
        timing: ReflectorTiming,
        environment: Environment
    ) {
        self.resource = resource
        self.client = client
        self.sink = sink
        self.environment = environment
        machine = ReflectorStateMachine(timing: timing)
    }

    package func start() {
        client.eventLoop.preconditionInEventLoop()
        perform(machine.start(now: now))
    }

    /// Lists again at once: what the sink keeps of objects has changed.
    package func restart() {
        client.eventLoop.preconditionInEventLoop()
        if !isStopped { perform(machine.restart(now: now)) }
    }

    /// Ends for good; the sink gets no further call.
    package func stop() {
        client.eventLoop.preconditionInEventLoop()
        isStopped = true
        giveUp()
        timer?.task.cancel()
        timer = nil
    }

    private var now: Int64 { environment.monotonicMilliseconds() }
    private var jitter: Double { environment.jitter() }

    private func perform(_ action: ReflectorStateMachine.Action) {
        switch action {
        case .none: break
        case .list(let token):
            if token == nil { beginList() }
            list(token)
        case .commitAndWatch(let resourceVersion, let seconds):
            knownCount = listed.count
            sink.commitList(heardAt: listedAt, failure: machine.stall)
            watch(resourceVersion, seconds)
        case .watch(let resourceVersion, let seconds): watch(resourceVersion, seconds)
        case .wait: giveUp()
        case .resume: sink.resumed()
        case .probe: probe()
        }
        setTimer()
    }

    /// Gives up what is under way, if anything is; its receiver's calls find another request number.
    private func giveUp() {
        request += 1
        let last = exchange
        exchange = nil
        last?.fail(.cancelled)
    }

    /// Wakes the machine in time; a timer that is too early finds nothing to do and is set again.
    private func setTimer() {
        guard !isStopped, let wake = machine.wakeMilliseconds else { return }
        if let timer {
            guard wake < timer.at else { return }
            timer.task.cancel()
        }
        let delay = TimeAmount.milliseconds(max(1, wake - now))
        let task = client.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            timer = nil
            fail(machine.wake(now: now, jitter: jitter))
        }
        timer = (task, wake)
    }

    /// Tells of the failure that an action other than going on comes from, and performs it.
    private func fail(_ action: ReflectorStateMachine.Action) {
        if case .wait = action { tellOfFailure() }
        perform(action)
    }

    private func tellOfFailure() {
        switch machine.condition {
        case .unsynced(let failure?), .synced(_, let failure?), .unknown(let failure):
            sink.failed(machine.condition, failure)
        case .unsynced(nil), .synced(_, nil): break
        }
    }

    // MARK: Listing

    private func beginList() {
        listedAt = now
        listed = (0, false)
        sink.beginList()
    }

    private func list(_ token: String?) {
        giveUp()
        let number = request
        let list = resource.listRequest(limit: pageLimit, continueToken: token)
        client.send(list).assumeIsolated().whenComplete { [self] result in
            guard number == request, !isStopped else { return }
            switch result {
            case .success(let answer): received(answer.body)
            case .failure(RequestError.tooLarge) where pageLimit > 1:
                pageLimit /= 2
                self.list(token)
            case .failure(let error): failed(error as? RequestError ?? .cancelled)
            }
        }
    }

    private func received(_ body: [UInt8]) {
        do throws(AnswerProblem) {
            let page = try ListPage.decode(body)
            try note(page, body)
            sink.expect(page.items.count + page.remainingItemCount)
            // Lent to the sink item by item.
            unsafe body.withUnsafeBytes { bytes in
                for item in page.items { unsafe sink.collect(UnsafeRawBufferPointer(rebasing: bytes[item])) }
            }
            perform(machine.received(page, now: now, jitter: jitter))
        } catch {
            failed(.answer(error))
        }
    }

    /// Counts what a page brings, and compares it where that is what the list is for.
    private func note(_ page: ListPage, _ body: [UInt8]) throws(AnswerProblem) {
        listed.count += page.items.count
        guard let doubt = machine.doubt else { return }
        if !listed.hasNews { listed.hasNews = try page.hasItem(in: body) { doubt.covers($0) } }
        guard page.continueToken == nil else { return }
        machine.compared(isChanged: listed.hasNews || listed.count != knownCount, now: now)
    }

    // MARK: Watching

    /// Asks how far the watch that has begun has to come; an answer that does not come says nothing.
    private func probe() {
        let (number, askedAt) = (request, now)
        client.send(resource.progressRequest()).assumeIsolated().whenSuccess { [self] answer in
            guard isWaiting(for: number) else { return }
            do throws(AnswerProblem) {
                machine.probed(try ListPage.decode(answer.body).resourceVersion, askedAt: askedAt)
            } catch {
                // Lists that are needed tell what is wrong.
            }
        }
    }

    private func watch(_ resourceVersion: String, _ seconds: Int) {
        giveUp()
        let watch = resource.watchRequest(resourceVersion: resourceVersion, timeoutSeconds: seconds)
        let receiver = WatchReceiver(reflector: self, request: request)
        exchange = client.stream(watch, to: receiver)
    }

    /// Whether answers to that request still matter.
    func isWaiting(for request: Int) -> Bool { request == self.request && !isStopped }

    /// Lines of the watch, in order; all that can be used is in the sink before an error is thrown.
    func received(_ lines: [[UInt8]]) throws(AnswerProblem) {
        let time = now
        var action = ReflectorStateMachine.Action.none
        var isHeard = false
        var problem: AnswerProblem?
        for line in lines where action == .none && problem == nil {
            do throws(AnswerProblem) {
                let event = try WatchEvent.decode(line)
                give(event, line)
                action = machine.received(event, now: time, jitter: jitter)
                if event.resourceVersion != nil { isHeard = true }
            } catch {
                problem = error
            }
        }
        // While watches stand still, what they say is not as new as they are.
        if isHeard, machine.stall == nil { sink.flush(heardAt: time) }
        if let problem { throw problem }
        fail(action)
    }

    private func give(_ event: WatchEvent, _ line: [UInt8]) {
        // Lent to the sink for the call.
        unsafe line.withUnsafeBytes { bytes in
            switch event {
            case .added(let item), .modified(let item):
                if case .added = event { knownCount += 1 }
                unsafe sink.put(UnsafeRawBufferPointer(rebasing: bytes[item.object]))
            case .deleted(let item):
                knownCount -= 1
                unsafe sink.delete(UnsafeRawBufferPointer(rebasing: bytes[item.object]))
            case .bookmark, .error: break
            }
        }
    }

    /// The server has begun to answer the watch.
    func watchOpened() {
        perform(machine.watchOpened(now: now))
    }

    func watchEnded() {
        let action = machine.watchEnded(now: now, jitter: jitter)
        if case .watch = action { sink.flush(heardAt: now) }
        fail(action)
    }

    /// The list or watch under way came to nothing.
    func failed(_ error: RequestError) {
        fail(machine.failed(error.failure, now: now, jitter: jitter))
    }
}

/// The body of one watch.
private final class WatchReceiver: AnswerReceiver {
    private let reflector: Reflector
    private let request: Int
    private var lines = WatchLines()

    init(reflector: Reflector, request: Int) {
        self.reflector = reflector
        self.request = request
    }

    var isStream: Bool { true }

    func began() {
        if reflector.isWaiting(for: request) { reflector.watchOpened() }
    }

    func received(_ bytes: ByteBuffer) throws(RequestError) {
        guard reflector.isWaiting(for: request) else { throw .cancelled }
        lines.append(bytes.readableBytesView)
        do throws(AnswerProblem) {
            var whole: [[UInt8]] = []
            var problem: AnswerProblem?
            do throws(AnswerProblem) {
                while let line = try lines.next() { whole.append(line) }
            } catch {
                problem = error
            }
            if !whole.isEmpty { try reflector.received(whole) }
            if let problem { throw problem }
        } catch {
            throw .answer(error)
        }
    }

    func ended() {
        guard reflector.isWaiting(for: request) else { return }
        do throws(AnswerProblem) {
            try lines.finish()
            reflector.watchEnded()
        } catch {
            reflector.failed(.answer(error))
        }
    }

    func failed(_ error: RequestError) {
        guard reflector.isWaiting(for: request) else { return }
        reflector.failed(error)
    }
}
