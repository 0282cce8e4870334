internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import KubernetesClient
internal import NIOCore

extension APILeaseClient {
    /// A Job with its pod template and managed fields has some 10 KB.
    private static let jobsPageLimit = 100
    /// Longest value of a label.
    private static let maximumLabelBytes = 63

    static let jobs = WatchedResource(
        group: ClusterKind.job.group,
        version: ClusterKind.job.version,
        resource: ClusterKind.job.resource
    )

    static let notAList = ClaimFailure(
        message: "the API server answered with something else than a list of Jobs; check what stands in between",
        cause: "answer",
        isTransient: false
    )

    /// Looks for an active Job of a run, page after page.
    ///
    /// Where Jobs may not be listed the watch's word is taken: that none is active, if it may not be watched either.
    func listJobs(
        of run: ObjectKey,
        timeout: TimeAmount,
        _ urgency: APIRequest.Urgency
    ) -> EventLoopFuture<ClaimAnswer> {
        guard runs.canAsk(.job, in: run.namespace), Self.canBeLabel(run.name) else {
            return client.eventLoop.makeSucceededFuture(.jobs(active: nil))
        }
        return listJobs(of: run, JobList(deadline: eventLoop.now + timeout), continueToken: nil, urgency)
    }

    /// The pages of one answer: all of them together get the time of a call.
    private struct JobList {
        let deadline: NIODeadline
        var progress = ListProgress()
    }

    private func listJobs(
        of run: ObjectKey,
        _ list: JobList,
        continueToken: String?,
        _ urgency: APIRequest.Urgency
    ) -> EventLoopFuture<ClaimAnswer> {
        var request = jobsRequest(run, continueToken: continueToken)
        // A page that is asked for too late ends at once, and says so.
        request.timeout = max(list.deadline - eventLoop.now, .milliseconds(1))
        request.urgency = urgency
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        return client.send(request).flatMap { answer in
            var list = list
            let (found, next) = Self.activeJob(in: answer.body, of: run, &list.progress)
            guard case .jobs(nil) = found, let next else { return client.eventLoop.makeSucceededFuture(found) }
            return listJobs(of: run, list, continueToken: next, urgency)
        }.flatMapErrorThrowing { error in
            let error = error as? RequestError ?? .cancelled
            if case .status(let status) = error, status.code == 403 || status.code == 404 {
                return .jobs(active: runs.activeJob(of: run))
            }
            return self.answer(to: error, .listJobs(run))
        }
    }

    func jobsRequest(_ run: ObjectKey, continueToken: String?) -> APIRequest {
        var resource = Self.jobs
        resource.namespace = run.namespace.string
        var query = [("limit", String(Self.jobsPageLimit)), ("labelSelector", "\(RunnerJob.runLabel)=\(run.name)")]
        if let continueToken { query.append(("continue", continueToken)) }
        return APIRequest(.get, resource.path, query: query)
    }

    /// The first active Job of a page, and where the next page begins.
    private static func activeJob(
        in body: [UInt8],
        of run: ObjectKey,
        _ progress: inout ListProgress
    ) -> (ClaimAnswer, next: String?) {
        do {
            let page = try ListPage.decode(body)
            for item in page.items {
                let job = try JSONReader.read(Array(body[item]), RunnerJob.init)
                if job.isActive, job.runName == run.name { return (.jobs(active: job.metadata.name), nil) }
            }
            return (.jobs(active: nil), try progress.next(after: page))
        } catch let error as EndlessList {
            let message = "the Jobs of the run: \(error)"
            return (.failed(ClaimFailure(message: message, cause: "endless list", isTransient: false)), nil)
        } catch {
            return (.failed(notAList), nil)
        }
    }

    /// A longer name is on no Job: no object can have it for a label.
    private static func canBeLabel(_ name: ExactString) -> Bool {
        unsafe name.withBytes { bytes in
            unsafe bytes.count <= maximumLabelBytes
                && bytes.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                        UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }
}
