private import AdmissionAPI
private import AdmissionServer
package import AgentRuns
private import ClusterState
private import KubernetesClient
private import NIOCore
private import NIOPosix
package import Offline
package import Policy
package import Reports

/// Audits what an API server has.
///
/// Everything is listed once, a page in memory at a time, to be the state; of runs that are not over all that a rule may read is
/// kept packed (``AuditedObjects``) until all are known, and then judged. Where there is no room for all of them, and for those that
/// are over where they are asked for, runs are listed once more.
package struct ClusterAudit: Sendable {
    /// How far it has come.
    package enum Progress: Sendable {
        /// Objects in all.
        case listed(Int)
        case allListed
        case judged(Int)
        case allJudged
    }

    private let connection: ClusterConnection
    private let policy: AdmissionPolicy
    private let scope: Audit.Scope

    package init(_ connection: ClusterConnection, policy: AdmissionPolicy, scope: Audit.Scope) {
        (self.connection, self.policy, self.scope) = (connection, policy, scope)
    }

    /// Lists and judges.
    ///
    /// - Parameters:
    ///   - now: the time of all judgements.
    ///   - onWarning: told what is doubtful about the way to the API server.
    ///   - progress: told how far it has come.
    /// - Returns: what was found, and what could not be listed.
    /// - Throws: `CommandFailure` when there is no access to try.
    package func report(
        now: Timestamp,
        onWarning: (String) -> Void,
        progress: (Progress) -> Void = { _ in }
    ) async throws -> CheckReport {
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let report = try await report(on: threads.next(), now: now, onWarning, progress)
            try await threads.shutdownGracefully()
            return report
        } catch {
            try? await threads.shutdownGracefully()
            throw error
        }
    }

    private func report(
        on eventLoop: any EventLoop,
        now: Timestamp,
        _ onWarning: (String) -> Void,
        _ progress: (Progress) -> Void
    ) async throws -> CheckReport {
        let client: APIClient
        do throws(AccessError) {
            for warning in try connection.source().warnings { onWarning(warning) }
            client = try connection.client(on: eventLoop)
        } catch {
            throw CommandFailure("cannot reach the cluster as told: \(error.description)")
        }
        defer { client.close() }
        var listing = ClusterListing(ObjectLister(client: client), policy: policy, scope: scope, now: now)
        try await listing.list { progress(.listed($0)) }
        progress(.allListed)
        try await listing.judgeRuns { progress(.judged($0)) }
        progress(.allJudged)
        return listing.report
    }
}
