import Testing

@testable import KubernetesClient

@Suite struct `What was told of a trouble` {
    @Test func `is not told again because its text holds the time`() {
        var told = ToldCauses()
        let news = (0..<50).map { second in
            let message = "x509: certificate has expired: current time 2026-11-28T22:00:\(10 + second)Z"
            let status = APIStatus(code: 500, reason: "InternalError", message: message)
            return told.isNews(ReflectorFailure.status(status).cause)
        }
        #expect(news == [true] + Array(repeating: false, count: 49))
    }

    @Test func `is not told again because a watch was silent for another while`() {
        var told = ToldCauses()
        let news = [20, 21, 19].map { told.isNews(ReflectorFailure.stalled(seconds: $0).cause) }
        #expect(news == [true, false, false])
    }

    @Test func `is not told again because a peer thinks of other words or numbers`() {
        var told = ToldCauses()
        let reasons = (0..<50).map { told.isNews(APIStatus(code: 500, reason: "Reason\($0)", message: "a").cause) }
        #expect(reasons == [true] + Array(repeating: false, count: 49))
        let lists = (1..<50).map { pages in
            told.isNews(ReflectorFailure.endless(EndlessList(pages: pages, emptyPages: 1)).cause)
        }
        #expect(lists == [true] + Array(repeating: false, count: 48))
    }

    @Test func `is told once though causes take turns, and again after it was over`() {
        var told = ToldCauses()
        let broken = RequestError.broken(reason: "reset")
        let silent = RequestError.timedOut(seconds: 30)
        let news = [broken, silent, broken, silent].map { told.isNews($0.failure.cause) }
        #expect(news == [true, true, false, false])
        let recoveries = [told.recover(), told.recover()]
        #expect(recoveries == [true, false])
        let isNews = told.isNews(broken.cause)
        #expect(isNews)
    }

    @Test func `does not grow without an end`() {
        var told = ToldCauses()
        let news = (0..<1000).filter { told.isNews(FailureCause("\($0)")) }
        #expect(news.count == ToldCauses.maximumCount)
    }

    @Test func `tells deeds apart`() {
        let cause = RequestError.cancelled.cause
        #expect(cause.of("get") != cause.of("patch"))
        #expect(APIStatus(code: 403, message: "a").cause != APIStatus(code: 401, message: "a").cause)
    }
}
