/// Bodies of reviews, and manifests.
enum Reviews {
    /// A CREATE of an AgentRun.
    static func create(
        _ name: String = "run-1",
        head: String = "codex/one",
        uid: String = "u-1",
        spec: String = ""
    ) -> String {
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"\(uid)",\
        "kind":{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},\
        "resource":{"group":"agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"},\
        "name":"\(name)","namespace":"agents","operation":"CREATE","userInfo":{"username":"alice"},\
        "object":{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",\
        "metadata":{"name":"\(name)","namespace":"agents","uid":"uid-of-\(name)"},"spec":{\(spec)\
        "agentRef":{"name":"codex-agent"},"runtime":{"type":"job"},\
        "implementationSpecRef":{"name":"some-spec"},\
        "parameters":{"repository":"proompteng/lab","base":"main","head":"\(head)"},\
        "vcsRef":{"name":"github"},"vcsPolicy":{"required":true,"mode":"read-write"}}},\
        "oldObject":null,"dryRun":false}}

        """
    }

    /// An AgentRun as YAML.
    static func manifest(_ name: String, head: String = "codex/one") -> String {
        """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: { name: \(name), namespace: agents }
        spec:
          agentRef: { name: codex-agent }
          runtime: { type: job }
          implementationSpecRef: { name: some-spec }
          parameters: { repository: proompteng/lab, base: main, head: \(head) }
          vcsRef: { name: github }
          vcsPolicy: { required: true, mode: read-write }

        """
    }
}
