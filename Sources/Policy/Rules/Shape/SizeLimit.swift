internal import AgentRuns
internal import JSONPull

/// What bounds the work on one object where it grows with more than the object's bytes (`RULES.md` section 1.1): every such
/// number of the judgement, with the reason and the place.
package final class SizeLimit: Sendable {
    /// What it is called.
    package let name: String
    package let value: Int
    /// What is counted.
    package let unit: String
    /// What it bounds.
    package let place: String
    /// Why there is a bound, and why this one.
    package let reason: String
    /// What becomes of that which is over it.
    package let excess: String

    private init(_ name: String, _ value: Int, _ unit: String, of place: String, _ reason: String, excess: String) {
        (self.name, self.value, self.unit, self.place) = (name, value, unit, place)
        (self.reason, self.excess) = (reason, excess)
    }

    private static let isTooLarge = "TooLarge of parameters"

    static let steps = SizeLimit(
        "steps",
        256,
        "steps",
        of: "spec.workflow.steps",
        "every step is judged with what it takes from the run, and each is a Job",
        excess: isTooLarge
    )
    static let secrets = SizeLimit(
        "secrets",
        256,
        "secrets",
        of: "spec.secrets, spec.runtime.config.imagePullSecrets",
        "each is looked up in every list and may have a finding of its own; a pod mounts far fewer",
        excess: isTooLarge
    )
    static let volumes = SizeLimit(
        "volumes",
        256,
        "volumes",
        of: "workload.volumes of run and steps, loop.state.volumeNames",
        "those of the run are those of every step, and each may have a finding of its own",
        excess: isTooLarge
    )
    static let contract = SizeLimit(
        "contract",
        64,
        "entries",
        of: "contract.requiredKeys, contract.mappings",
        "every step is judged by all of them",
        excess: isTooLarge
    )
    static let patterns = SizeLimit(
        "patterns",
        256,
        "patterns",
        of: "spec.repositoryPolicy.allow, .deny of a VersionControlProvider",
        "those of one list are tried on those of the other, and on the repository of every step; the CRD takes 200",
        excess: isTooLarge
    )
    static let pattern = SizeLimit(
        "pattern",
        1024,
        "bytes",
        of: "a pattern of a VersionControlProvider or of a policy file",
        "it is tried on every repository; owner and repository have 140 characters at most",
        excess: "\(isTooLarge); in a policy file an error"
    )
    static let branchTemplate = SizeLimit(
        "branch-template",
        1024,
        "bytes",
        of: "spec.defaults.branchTemplate",
        "it is rendered for every step; Git hosts take heads of \(BranchKey.maximumHeadBytes) bytes",
        excess: isTooLarge
    )
    static let name = SizeLimit(
        "name",
        1024,
        "bytes",
        of: "a repository, source.externalId, a step's name, a parameter's key",
        "it is split, or is part of the field of findings, for every step; names are far shorter",
        excess: isTooLarge
    )
    private static let heads = SizeLimit(
        "heads",
        BranchKey.maximumOfRun,
        "branches",
        of: "the heads of run and steps",
        "each is claimed by a request to the API server, one after the other, within the review",
        excess: "TooManyBranches of head-branch-conflict"
    )
    private static let tokens = SizeLimit(
        "tokens",
        PromptTokens.maximumNames,
        "names",
        of: "different tokens of one kind in a text",
        "each is looked up for every step that has the text",
        excess: "the first ones are judged"
    )
    private static let tokenPath = SizeLimit(
        "token-path",
        PromptContext.maximumPathBytes,
        "bytes",
        of: "a path in {{ }} or ${ } of a text",
        "it is split for every step that has the text; no name is as long",
        excess: "the path leads to nothing"
    )
    private static let renderedInput = SizeLimit(
        "rendered-input",
        TokenRenderer.maximumInput,
        "bytes",
        of: "a text that is rendered",
        "it is rendered for every step; the CRD takes 131,072 characters",
        excess: "the rest is dropped"
    )
    private static let renderedText = SizeLimit(
        "rendered-text",
        TokenRenderer.maximumBytes,
        "bytes",
        of: "what a text is rendered to",
        "a text may name a large value thousands of times; no branch is as long",
        excess: "the rest is dropped"
    )

    private static let findings = SizeLimit(
        "findings",
        AnswerBudget.maximumFindings,
        "findings",
        of: "a verdict",
        "an object may have one for every few bytes, and an answer is a multiple of that",
        excess: "the rest is counted"
    )
    private static let denial = SizeLimit(
        "denial",
        AnswerBudget.maximumMessageBytes,
        "bytes",
        of: "status.message of a denial",
        "a person reads it, and every client gets it",
        excess: "the rest is counted"
    )
    private static let causes = SizeLimit(
        "causes",
        AnswerBudget.maximumCauses,
        "causes",
        of: "status.details.causes of a denial",
        "programs read them, and every client gets them",
        excess: "the rest is in the message's count"
    )

    /// Every limit, those of objects first.
    package static let all = [
        steps, secrets, volumes, contract, heads, branchTemplate, pattern, patterns, name, tokens, tokenPath,
        renderedInput,
        renderedText, findings, denial, causes,
    ]

    // MARK: Printed

    /// A line for each.
    package static var text: String {
        all.map { limit in
            "\(limit.name) \(limit.value) \(limit.unit)\n    of: \(limit.place)\n    why: \(limit.reason)\n"
                + "    over it: \(limit.excess)\n"
        }.joined()
    }

    /// `{"limits": [{"name", "value", "unit", "of", "why", "over"}]}`.
    package static var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("limits")
        writer.beginArray()
        for limit in all {
            writer.beginObject()
            writer.member("name", limit.name)
            writer.member("value", limit.value)
            writer.member("unit", limit.unit)
            writer.member("of", limit.place)
            writer.member("why", limit.reason)
            writer.member("over", limit.excess)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    /// The table of docs/policy.md.
    package static var markdown: String {
        let rows = all.map { "| \($0.name) | \($0.value) \($0.unit) | \($0.place) | \($0.reason) | \($0.excess) |\n" }
        return "| limit | value | of | why | over it |\n|---|---|---|---|---|\n" + rows.joined()
    }
}
