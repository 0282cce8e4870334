internal import JSONPull

/// A line of a manifest as a diff shows it: keys and what is no text whole, texts and comments as `…`.
package struct DiffLine: Equatable {
    /// Names and words that findings tell anyway, and what fixes change.
    private static let shownPaths: Set<ExactString> = [
        "apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.generateName", "spec.agentRef.name",
        "spec.implementationSpecRef.name", "spec.vcsRef.name", "spec.memoryRef.name", "spec.providerRef.name",
        "spec.runtime.type", "spec.vcsPolicy.mode", "spec.secrets", "spec.systemPromptRef.name", "spec.workload.image",
        "spec.workflow.steps.name", "spec.workload.volumes.type", "spec.parameters.head", "spec.parameters.base",
        "spec.runtime.config.priorityClassName", "spec.runtime.config.schedulerName",
        "spec.runtime.config.podSecurityContext.seccompProfile.type",
        "spec.runtime.config.podSecurityContext.seLinuxOptions.type",
    ]
    /// Members of the kinds that are judged, and of lists of them; others may be anybody's words.
    private static let knownMembers: Set<ExactString> = [
        "acceptanceCriteria", "adapter", "affinity", "agentRef", "allowedSecrets", "annotations", "apiVersion", "auth",
        "backoffLimit", "base", "branch", "claimName", "condition", "config", "contract", "cpu", "defaults",
        "description",
        "endpoint", "env", "externalId", "from", "generateName", "goal", "head", "idempotencyKey", "image",
        "imagePullSecrets", "implementation", "implementationSpecRef", "inline", "items", "key", "kind", "labels",
        "limits", "loop", "mappings", "maxIterations", "memory", "memoryRef", "metadata", "mode", "mountPath", "name",
        "namespace", "nodeSelector", "objective", "parameters", "podSecurityContext", "priorityClassName", "prompt",
        "provider", "providerRef", "repository", "requests", "required", "requiredKeys", "resources", "retries",
        "retryBackoffSeconds", "runAsNonRoot", "runAsUser", "runtime", "schedulerName", "seLinuxOptions",
        "seccompProfile", "secretName", "secretRef", "secrets", "security", "serviceAccount", "serviceAccountName",
        "source", "spec", "stage", "status", "steps", "summary", "systemPrompt", "systemPromptRef", "taskQueue", "text",
        "timeoutSeconds", "tokenBudget", "tolerations", "ttl", "ttlSeconds", "ttlSecondsAfterFinished", "type", "url",
        "vcsPolicy", "vcsRef", "volumes", "windowsOptions", "workflow", "workflowType", "workload",
    ]
    /// Characters of a line that are shown.
    private static let maximumLength = 240

    package let text: String
    /// Whether a line end follows.
    package let isEnded: Bool

    /// - Parameters:
    ///   - bytes: of the line, with its end.
    ///   - hidden: parts of the text it is of that are not shown, in order, as far as they touch it.
    package init(_ bytes: ArraySlice<UInt8>, hiding hidden: ArraySlice<Range<Int>>) {
        isEnded = bytes.last == UInt8(ascii: "\n")
        let content = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        var shown: [UInt8] = []
        var next = content.startIndex
        for range in hidden {
            let start = max(range.lowerBound, content.startIndex)
            let end = min(range.upperBound, content.endIndex)
            guard start < end, start >= next else { continue }
            shown += content[next..<start]
            // The indentation of a text's later lines is layout.
            let blanks = content[start..<end].prefix { $0 == UInt8(ascii: " ") }
            shown += blanks
            if blanks.count < end - start { shown += "…".utf8 }
            next = end
        }
        shown += content[next...]
        text = VisibleText.part(ExactString(String(decoding: shown, as: UTF8.self)), upTo: Self.maximumLength)
    }

    /// Whether the text at a path, in an object or an item of a list of them, may be shown.
    package static func mayShowText(at path: String) -> Bool {
        let path = ExactString(path)
        return shownPaths.contains(path.dropping(prefix: "items.") ?? path)
    }

    /// Whether a key may be shown of which no finding tells.
    package static func mayShowKey(_ key: String) -> Bool { knownMembers.contains(ExactString(key)) }

    /// What POSIX diff says of a last line without an end.
    var note: String { isEnded ? "" : "\\ No newline at end of file\n" }
}
