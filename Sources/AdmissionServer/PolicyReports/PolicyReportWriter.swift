package import KubernetesClient
internal import NIOCore
package import Prometheus
private import Synchronization

/// Keeps the reports of the cluster as the last audit has them: writes those that say something else, and removes those of
/// namespaces where nothing is found any more.
///
/// Off the way of reviews, one request at a time. What cannot be written is tried again, after a wait that grows, with what was
/// found last by then.
package final class PolicyReportWriter: Sendable {
    /// What an operator is told.
    package enum Event: Sendable {
        /// There are no such reports in this cluster; told once until there are.
        case missing(PolicyReportAPI)
        /// Why they cannot be written, with what to do about it; told once.
        case failed(String)
        case recovered
    }

    /// What is counted.
    package struct Counters: Sendable {
        package let written: CounterMetric
        package let removed: CounterMetric
        package let failed: CounterMetric

        package init(written: CounterMetric, removed: CounterMetric, failed: CounterMetric) {
            (self.written, self.removed, self.failed) = (written, removed, failed)
        }
    }

    private struct State {
        /// What is still to be written; nil for nothing.
        var wanted: [PolicyReport]?
        /// Whether others may have written meanwhile.
        var isForgotten = false
        var signal: AsyncStream<Void>.Continuation?
    }

    private let client: APIClient
    private let api: PolicyReportAPI
    private let counters: Counters
    private let now: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let onEvent: @Sendable (Event) -> Void
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>

    /// - Parameters:
    ///   - client: whose routine connections are used.
    ///   - api: the kind of reports.
    ///   - counters: counts requests.
    ///   - now: seconds since 1970.
    ///   - sleep: waits between tries.
    ///   - onEvent: told what an operator has to know.
    package init(
        client: APIClient,
        api: PolicyReportAPI,
        counters: Counters,
        now: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        (self.client, self.api, self.counters, self.now, self.sleep) = (client, api, counters, now, sleep)
        self.onEvent = onEvent
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        signals = stream
        state.withLock { $0.signal = continuation }
    }

    /// Takes what an audit found, in place of what is not written yet; reports that are empty are left out.
    package func publish(_ reports: [PolicyReport]) {
        let signal = state.withLock { state in
            state.wanted = reports.filter { !$0.isEmpty }.sorted { $0.namespace < $1.namespace }
            return state.signal
        }
        signal?.yield()
    }

    /// Another replica audits from now on: what it writes is not known here, and nothing is left to write.
    package func yieldToOthers() {
        state.withLock { state in
            state.wanted = nil
            state.isForgotten = true
        }
    }

    /// Writes until the task is cancelled.
    package func run() async {
        var pass = PolicyReportPass(client: client, api: api, counters: counters)
        var told = ToldCauses()
        for await _ in signals {
            var backoff = Backoff(firstMilliseconds: 5000, maximumMilliseconds: 300_000)
            while !Task.isCancelled, let reports = take(&pass) {
                guard let failure = await pass.write(reports, foundAt: now()) else {
                    if told.recover() { onEvent(.recovered) }
                    break
                }
                counters.failed.increment()
                if told.isNews(failure.cause) {
                    onEvent(failure.isMissing ? .missing(api) : .failed(failure.message))
                }
                // Installed when an operator does so: the next audit will see.
                if failure.isMissing { break }
                putBack(reports)
                let wait = max(backoff.next(jitter: .random(in: 0..<1)), failure.retryAfterMilliseconds)
                do { try await sleep(.milliseconds(wait)) } catch { return }
            }
            if Task.isCancelled { return }
        }
    }

    private func take(_ pass: inout PolicyReportPass) -> [PolicyReport]? {
        let (reports, isForgotten) = state.withLock { state in
            defer { (state.wanted, state.isForgotten) = (nil, false) }
            return (state.wanted, state.isForgotten)
        }
        if isForgotten { pass.forget() }
        return reports
    }

    private func putBack(_ reports: [PolicyReport]) {
        state.withLock { state in
            guard state.wanted == nil, !state.isForgotten else { return }
            state.wanted = reports
        }
    }
}
