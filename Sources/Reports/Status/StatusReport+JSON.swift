internal import AgentRuns
internal import JSONPull
internal import Policy

extension StatusReport {
    /// `{"version": …, "replica": …, "time": …, "ready": …, "policy": {…}, "reviews": {…}, "checks": […], "rules": […], …}`, one line.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 16 * 1024)
        writer.beginObject()
        writer.member("version", version)
        writer.member("replica", replica)
        writer.member("time", time.text)
        writer.member("ready", isReady)
        writer.key("policy")
        writer.beginObject()
        writer.member("name", policy)
        writer.member("generation", generation)
        writer.member("sha256", policyDigest)
        if let origin { Self.write(origin, to: &writer) }
        writer.endObject()
        writer.key("reviews")
        writer.beginObject()
        writer.member("allowed", reviews.allowed)
        writer.member("denied", reviews.denied)
        writer.member("errored", reviews.errored)
        writer.endObject()
        writer.list("checks", checks) { writer, check in
            writer.member("name", check.name)
            writer.member("ok", check.problem == nil)
            if let problem = check.problem { writer.member("problem", problem) }
            if let note = check.note { writer.member("note", note) }
        }
        writer.list("rules", rules) { writer, rule in
            writer.member("rule", rule.name)
            writer.member("denials", rule.counts[.deny] ?? 0)
            writer.member("warnings", rule.counts[.warn] ?? 0)
            writer.member("audits", rule.counts[.audit] ?? 0)
        }
        writeReplicas(to: &writer)
        writeState(to: &writer)
        writer.endObject()
        writer.newline()
        return VisibleText.json(writer.bytes)
    }

    private static func write(_ origin: Origin, to writer: inout JSONWriter) {
        if let file = origin.file { writer.member("file", file) }
        if let target = origin.target { writer.member("target", target) }
        if let modifiedAt = origin.modifiedAt { writer.member("modified", modifiedAt.text) }
        writer.member("loaded", origin.loadedAt.text)
        if let change = origin.change {
            writer.key("changedBy")
            writer.beginObject()
            writer.member("manager", change.manager)
            writer.member("operation", change.operation)
            writer.member("time", change.time)
            writer.endObject()
        }
        if let problem = origin.changeProblem { writer.member("changedByProblem", problem) }
    }

    private func writeReplicas(to writer: inout JSONWriter) {
        writer.list("replicas", replicas) { writer, replica in
            writer.member("name", replica.name)
            writer.member("sha256", replica.policyDigest)
            writer.member("generation", replica.generation)
            writer.member("version", replica.version)
            writer.member("loaded", replica.loadedAt)
            writer.member("ageSeconds", replica.ageSeconds)
            writer.member("own", replica.isOwn)
            writer.member("stale", replica.isStale)
            writer.member("judgesAlike", replica.judgesAlike)
        }
        if hasMoreReplicas { writer.member("moreReplicas", true) }
        if let replicaProblem { writer.member("replicaProblem", replicaProblem) }
    }

    private func writeState(to writer: inout JSONWriter) {
        writer.list("kinds", kinds) { writer, kind in
            writer.member("kind", kind.name)
            writer.member("objects", kind.objects)
            if let age = kind.ageSeconds { writer.member("ageSeconds", Int(age)) }
            writer.member("synced", kind.isSynced)
            writer.member("needed", kind.isNeeded)
        }
        if let claimCount { writer.member("claimCount", claimCount) }
        writer.list("claims", claims) { writer, claim in
            writer.member("repository", claim.repository)
            writer.member("head", claim.head)
            writer.member("holder", claim.holder)
            writer.member("since", claim.acquiredAt)
        }
        writer.list("denials", denials) { writer, denial in
            writer.member("time", denial.time.text)
            writer.member("review", denial.title)
            writer.member("dryRun", denial.isDryRun)
            writer.key("reasons")
            writer.beginArray()
            for reason in denial.reasons { writer.string(reason) }
            writer.endArray()
        }
        if let audit {
            writer.key("audit")
            audit.write(to: &writer)
        }
        writer.list("certificates", certificates) { writer, certificate in
            writer.member("certificate", certificate.name)
            writer.member("notAfter", certificate.endsAt)
            writer.member("days", Int(certificate.days))
        }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        boolean(value)
    }

    /// An array of objects.
    fileprivate mutating func list<Element>(
        _ key: StaticString,
        _ elements: [Element],
        _ members: (inout JSONWriter, Element) -> Void
    ) {
        self.key(key)
        beginArray()
        for element in elements {
            beginObject()
            members(&self, element)
            endObject()
        }
        endArray()
    }
}
