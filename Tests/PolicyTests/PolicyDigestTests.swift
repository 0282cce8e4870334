import AdmissionAPI
import AgentRuns
import Digest
import Foundation
import JSONPull
import PolicyTestSupport
import Testing

@testable import Policy

/// Which policy decided is told by the digest of its file.
@Suite struct `The digest of a policy` {
    private static let text = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        metadata: { name: one }
        spec: {}

        """

    private func policy(_ text: String) throws -> AdmissionPolicy {
        try AdmissionPolicy.load(Array(text.utf8), file: "policy.yaml")
    }

    private func annotation(_ verdict: Verdict) -> String? {
        verdict.response.auditAnnotations.first { "\($0.key)" == "policy-sha256" }?.value
    }

    @Test func `is that of the bytes, which need not say the same`() throws {
        let one = try policy(Self.text)
        #expect(one.digest == SHA256.hexDigest(of: Self.text))
        #expect(try policy(Self.text).digest == one.digest)
        #expect(try policy(Self.text + "# the same\n").digest != one.digest)
    }

    @Test func `of the built-in defaults is that of the file they are shown as`() throws {
        #expect(AdmissionPolicy.builtIn.digest == SHA256.hexDigest(of: AdmissionPolicy.builtInFile))
        #expect(try policy(AdmissionPolicy.builtInFile).digest == AdmissionPolicy.builtIn.digest)
    }

    @Test func `is not changed by a generation that a flag names`() throws {
        var other = AdmissionPolicy.builtIn
        other.generation = .august2026
        #expect(other.digest == AdmissionPolicy.builtIn.digest)
    }

    @Test func `stands in the audit annotations of every answer`() throws {
        let policy = try policy(Self.text)
        let object = run("")
        let verdict = try review(object: object, policy: policy)
        #expect(annotation(verdict) == policy.digest)
        #expect(annotation(PolicyEngine(policy: policy).contended(verdict)) == policy.digest)
        let deletion = try review(operation: "DELETE", oldObject: object, policy: policy)
        #expect(annotation(deletion) == policy.digest)
        #expect(annotation(try judge(object)) == AdmissionPolicy.builtIn.digest)
    }
}
