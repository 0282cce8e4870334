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

    private struct State {
        /// What is still to be written; nil for nothing.
        var wanted: [PolicyReport]?
        var signal: AsyncStream<Void>.Continuation?
    }

    private let client: APIClient
    private let api: PolicyReportAPI
    private let counters: CounterMetrics<PolicyReportCount>
    private let isEntitled: @Sendable () -> Bool
    private let now: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let onEvent: @Sendable (Event) -> Void
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>

    /// - Parameters:
    ///   - client: whose routine connections are used.
    ///   - api: the kind of reports.
    ///   - counters: counts requests.
    ///   - isEntitled: whether this replica is the one that writes; asked before each try.
    ///   - now: seconds since 1970.
    ///   - sleep: waits between tries.
    ///   - onEvent: told what an operator has to know.
    package init(
        client: APIClient,
        api: PolicyReportAPI,
        counters: CounterMetrics<PolicyReportCount>,
        isEntitled: @escaping @Sendable () -> Bool,
        now: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        (self.client, self.api, self.counters, self.isEntitled) = (client, api, counters, isEntitled)
        (self.now, self.sleep, self.onEvent) = (now, sleep, onEvent)
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

    /// Writes until the task is cancelled.
    package func run() async {
        var pass = PolicyReportPass(client: client, api: api, counters: counters)
        var told = ToldCauses()
        for await _ in signals {
            var backoff = Backoff(firstMilliseconds: 5000, maximumMilliseconds: 300_000)
            while !Task.isCancelled, isEntitled(), let reports = take() {
                guard let failure = await pass.write(reports, foundAt: now()) else {
                    if told.recover() { onEvent(.recovered) }
                    break
                }
                counters[.failed]?.increment()
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

    private func take() -> [PolicyReport]? {
        state.withLock { state in
            defer { state.wanted = nil }
            return state.wanted
        }
    }

    /// To be written the next time, unless there is something newer by then.
    private func putBack(_ reports: [PolicyReport]) {
        state.withLock { state in state.wanted = state.wanted ?? reports }
    }
}
