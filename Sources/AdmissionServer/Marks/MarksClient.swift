internal import KubernetesClient
internal import NIOCore

/// Reads and writes the ConfigMaps that marks are kept in, each write over what was read.
struct MarksClient: Sendable {
    /// What came of a write.
    enum Outcome: Sendable {
        /// The ConfigMap as it is now.
        case written(MarksObject)
        /// Somebody else has written, made or deleted it meanwhile.
        case changed
    }

    /// An API server that takes longer is in trouble, and a server that stops waits for it.
    static let timeoutMilliseconds: Int64 = 5000

    let client: APIClient
    let namespace: String

    private var configMaps: WatchedResource {
        WatchedResource(group: "", version: "v1", resource: "configmaps", namespace: namespace)
    }

    /// One of them; nil when there is none yet.
    func read(_ index: Int, within timeout: Int64 = timeoutMilliseconds) async throws(MarksFailure) -> MarksObject? {
        let request = APIRequest(.get, configMaps.path(of: MarksObject.name(index)))
        do throws(RequestError) {
            return try await send(request, within: timeout)
        } catch .status(let status) where status.code == 404 && status.reason == "NotFound" {
            return nil
        } catch {
            throw MarksFailure("get", index, namespace: namespace, error)
        }
    }

    /// Makes one of them what it is to be, unless it is no longer `object`.
    func write(
        _ marks: SortedMarks,
        to index: Int,
        over object: MarksObject?,
        within timeout: Int64 = timeoutMilliseconds
    ) async throws(MarksFailure) -> Outcome {
        let request =
            object.map { APIRequest(.put, configMaps.path(of: MarksObject.name(index)), body: $0.update(marks)) }
            ?? APIRequest(.post, configMaps.path, body: MarksObject.create(index, namespace: namespace, marks))
        do throws(RequestError) {
            return .written(try await send(request, within: timeout))
        } catch .status(let status) where status.code == 409 || (status.code == 404 && object != nil) {
            return .changed
        } catch {
            throw MarksFailure(object == nil ? "create" : "update", index, namespace: namespace, error)
        }
    }

    private func send(_ request: APIRequest, within timeout: Int64) async throws(RequestError) -> MarksObject {
        var request = request
        request.timeout = .milliseconds(max(1, timeout))
        request.maximumAnswerBytes = MarksObject.maximumBytes
        let answer: APIAnswer
        do {
            answer = try await client.send(request).get()
        } catch {
            throw error as? RequestError ?? .cancelled
        }
        do throws(AnswerProblem) {
            return try MarksObject.decode(answer.body)
        } catch {
            throw .answer(error)
        }
    }
}
