import AgentRuns
import Digest
import Foundation
import Policy
import Testing

@testable import Reports

@Suite struct `The status page` {
    private static let hostile = "<script>alert(1)</script>\u{202E}\u{1B}[31m\"'&\u{200B}"

    /// Everything that others can name, named as badly as possible.
    private func report(_ text: String = hostile) -> StatusReport {
        var report = StatusReport(
            version: "0.1.0",
            replica: text,
            time: Timestamp(seconds: 1_790_000_000),
            policy: text,
            generation: "2026-02",
            policyDigest: "97f2"
        )
        report.reviews = (3, 2, 1)
        report.checks = [
            .init(name: "state", problem: text, note: nil), .init(name: "clock", problem: nil, note: text),
        ]
        report.rules = [.init(name: "limits", counts: [.deny: 2, .warn: 1])]
        report.kinds = [
            .init(name: "AgentRun", objects: 7, ageSeconds: 1.5, isSynced: true, isNeeded: true),
            .init(name: "Agent", objects: 0, ageSeconds: nil, isSynced: false, isNeeded: true),
        ]
        report.origin = .init(loadedAt: Timestamp(seconds: 1_790_000_000))
        report.origin?.file = text
        report.origin?.target = text
        report.origin?.modifiedAt = Timestamp(seconds: 1_780_000_000)
        report.origin?.change = .init(manager: text, operation: "Apply", time: text)
        report.origin?.changeProblem = text
        report.replicas = [
            .init(
                name: text,
                policyDigest: text,
                generation: text,
                version: text,
                loadedAt: text,
                ageSeconds: 7,
                judgesAlike: false
            ),
            .init(
                name: "gone",
                policyDigest: "97f2",
                generation: "2026-02",
                version: "0.1.0",
                loadedAt: "",
                ageSeconds: 91,
                isStale: true,
                judgesAlike: false
            ),
        ]
        report.replicaProblem = text
        report.hasMoreReplicas = true
        report.claimCount = 300
        report.claims = [.init(repository: text, head: text, holder: text, acquiredAt: "2026-11-29T20:00:00Z")]
        report.denials = [
            .init(time: Timestamp(seconds: 1_790_000_000), title: text, isDryRun: true, reasons: ["limits/TooLarge"])
        ]
        var round = StatusReport.Audit.Round(
            endedAt: Timestamp(seconds: 1_790_000_000),
            seconds: 12.3,
            policyDigest: "97f2"
        )
        round.objects = [("judged", 9), ("too_large", 0)]
        (round.denied, round.warned, round.unreviewedCount) = (2, 1, 3)
        round.findings = [.init(rule: "limits", action: .deny, count: 2)]
        round.unreviewed = [
            .init(
                run: text,
                since: Timestamp(seconds: 1_790_000_000),
                isEarlier: false,
                decision: "denied",
                reasons: ["limits/TooLarge"]
            )
        ]
        report.audit = .init(isElected: true, round: round)
        report.certificates = [
            .init(name: "serving", endsAt: "2027-01-01T00:00:00Z", secondsLeft: 6 * 86_400 + 5),
            .init(name: "authority", endsAt: "2027-01-01T00:00:00Z", secondsLeft: -5),
        ]
        return report
    }

    @Test func `shows foreign text as text`() {
        let html = report().html
        for part in ["<script", "\u{202E}", "\u{1B}", "\u{200B}"] { #expect(!html.contains(part)) }
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        // Places, of which each has its own way into the page: title, head, two checks, denial, three of the claim, policy, five of
        // where that comes from, the problem and five of a replica, whose digest is cut, and the unreviewed run.
        #expect(html.split(separator: "&lt;script&gt;", omittingEmptySubsequences: false).count - 1 == 21)
        #expect(report("n").html.contains("<h1>agentrun-admission on n</h1>"))
    }

    @Test func `has no script, and nothing from elsewhere`() {
        let html = report("n").html
        for part in ["<script", " src=", "url(", "http://", "https://", "@import", "style=", "onclick"] {
            #expect(!html.contains(part), "\(part)")
        }
        let policy = StatusReport.contentSecurityPolicy
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"))
    }

    /// What a browser compares with: the SHA-256 of what is between the tags, in base64.
    @Test func `names its style by its hash`() throws {
        let html = report("n").html
        let start = try #require(html.range(of: "<style>")).upperBound
        let end = try #require(html.range(of: "</style>")).lowerBound
        let digest = Data(SHA256.digest(of: Array(html[start..<end].utf8)))
        #expect(StatusReport.contentSecurityPolicy.contains("'sha256-\(digest.base64EncodedString())'"))
    }

    @Test func `tells what is wrong`() {
        let html = report("n").html
        for part in [
            "Not ready", "never read", ">6</span>", ">-1</span>", "Claims, 1 of 300",
            "3 reviews allowed, 2 denied, 1 errored",
            "<td>limits</td><td>2</td><td>1</td><td>0</td>", "dry run", "<code>limits/TooLarge</code>",
            "1 replica judges by another policy", "another policy</span>", "silent</span>", "91 s ago",
            "Replicas, 2 of more",
            "written 2026-05-28T20:26:40Z", "in use since 2026-09-21T14:13:20Z", "ConfigMap changed last by", "(Apply)",
            "Never reviewed as they are, 1 of 3",
        ] {
            #expect(html.contains(part), "\(part)")
        }
    }

    @Test func `is JSON, too, fit to print`() throws {
        let report = report()
        #expect(!String(decoding: report.json, as: UTF8.self).unicodeScalars.contains("\u{202E}"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json)) as? [String: Any])
        #expect(object["ready"] as? Bool == false && object["claimCount"] as? Int == 300)
        let policy = try #require(object["policy"] as? [String: Any])
        #expect(policy["sha256"] as? String == "97f2" && policy["modified"] as? String == "2026-05-28T20:26:40Z")
        #expect((policy["changedBy"] as? [String: String])?["manager"] == Self.hostile)
        let replicas = try #require(object["replicas"] as? [[String: Any]])
        #expect(replicas.map { $0["stale"] as? Bool } == [false, true])
        #expect(replicas.map { $0["judgesAlike"] as? Bool } == [false, false])
        #expect(replicas[0]["sha256"] as? String == Self.hostile && object["moreReplicas"] as? Bool == true)
        #expect((object["kinds"] as? [[String: Any]])?.map { $0["ageSeconds"] as? Int } == [1, nil])
        #expect((object["certificates"] as? [[String: Any]])?.map { $0["days"] as? Int } == [6, -1])
        #expect((object["claims"] as? [[String: Any]])?.first?["head"] as? String == Self.hostile)
        #expect((object["denials"] as? [[String: Any]])?.first?["reasons"] as? [String] == ["limits/TooLarge"])
        #expect((object["rules"] as? [[String: Any]])?.first?["denials"] as? Int == 2)
        let audit = try #require(object["audit"] as? [String: Any])
        let round = try #require(audit["round"] as? [String: Any])
        #expect(audit["elected"] as? Bool == true && (round["objects"] as? [String: Int])?["judged"] == 9)
        #expect((round["unreviewed"] as? [[String: Any]])?.first?["decision"] as? String == "denied")
    }
}
