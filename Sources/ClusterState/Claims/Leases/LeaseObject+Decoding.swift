internal import AgentRuns
package import JSONPull
internal import Policy

extension LeaseObject {
    /// Reads a Lease.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON. Whatever else is wrong makes it someone else's.
    package static func decode(_ object: [UInt8]) throws(JSONError) -> LeaseReading {
        reading(try JSONReader.read(object) { reader throws(JSONError) in try Members(&reader) })
    }

    /// The same of bytes that are lent for the call.
    package static func decode(_ object: UnsafeRawBufferPointer) throws(JSONError) -> LeaseReading {
        reading(try unsafe JSONReader.read(object) { reader throws(JSONError) in try Members(&reader) })
    }

    private static func reading(_ lease: Members) -> LeaseReading {
        do throws(LeaseProblem) {
            return .claim(try lease.claim())
        } catch {
            let name = VisibleText.quoted(ExactString("\(lease.namespace)/\(lease.name)"))
            return .foreign("Lease \(name) \(error.what)")
        }
    }
}

/// Why a Lease is no claim, to be read behind its name.
private struct LeaseProblem: Error {
    var what: String
}

/// What of a Lease matters.
private struct Members {
    private(set) var namespace: ExactString = ""
    private(set) var name: ExactString = ""
    private var uid: ExactString = ""
    private var resourceVersion: ExactString = ""
    private var labels: [String: ExactString] = [:]
    private var annotations: [String: ExactString] = [:]
    private var holderIdentity: ExactString = ""
    private var acquireTime: ExactString = ""
    private var transitions = 0

    init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": try readMetadata(&reader)
            case "spec": try readSpec(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "namespace": namespace = ExactString(try reader.readString() ?? "")
            case "name": name = ExactString(try reader.readString() ?? "")
            case "uid": uid = ExactString(try reader.readString() ?? "")
            case "resourceVersion": resourceVersion = ExactString(try reader.readString() ?? "")
            case "labels":
                labels = try Self.readTexts(&reader) { key in
                    switch key {
                    case "app.kubernetes.io/managed-by": LeaseObject.managedBy
                    case "app.kubernetes.io/component": LeaseObject.component
                    default: nil
                    }
                }
            case "annotations":
                annotations = try Self.readTexts(&reader) { key in
                    switch key {
                    case "admission.agents.proompteng.ai/repository": LeaseObject.Annotation.repository
                    case "admission.agents.proompteng.ai/branch": LeaseObject.Annotation.branch
                    case "admission.agents.proompteng.ai/scope-namespace": LeaseObject.Annotation.scope
                    case "admission.agents.proompteng.ai/admitted-by": LeaseObject.Annotation.admittedBy
                    case "admission.agents.proompteng.ai/head": LeaseObject.Annotation.head
                    case "admission.agents.proompteng.ai/attempts": LeaseObject.Annotation.attempts
                    default: nil
                    }
                }
            default: try reader.skipValue()
            }
        }
    }

    /// The members of an object that `name` knows, as far as they are strings.
    private static func readTexts(
        _ reader: inout JSONReader,
        _ name: (JSONKey) -> String?
    ) throws(JSONError) -> [String: ExactString] {
        var texts: [String: ExactString] = [:]
        try reader.readMembers { reader, key throws(JSONError) in
            if let name = name(key) {
                texts[name] = try reader.readString().map { ExactString($0) }
            } else {
                try reader.skipValue()
            }
        }
        return texts
    }

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "holderIdentity": holderIdentity = ExactString(try reader.readString() ?? "")
            case "acquireTime": acquireTime = ExactString(try reader.readString() ?? "")
            case "leaseTransitions": transitions = try reader.readNumber().flatMap { Int($0) } ?? 0
            default: try reader.skipValue()
            }
        }
    }

    func claim() throws(LeaseProblem) -> HeldClaim {
        guard labels[LeaseObject.managedBy] == ExactString(LeaseObject.manager),
            labels[LeaseObject.component] == ExactString(LeaseObject.branchClaim)
        else {
            throw LeaseProblem(
                what:
                    "was not made by agentrun-admission (it lacks the labels \(LeaseObject.labelSelector)); delete or "
                    + "rename it"
            )
        }
        let key = try key()
        guard let acquiredAt = WallTime(acquireTime) else {
            throw LeaseProblem(what: "has no readable spec.acquireTime; delete it")
        }
        guard !uid.isEmpty, !resourceVersion.isEmpty else {
            throw LeaseProblem(
                what: "has no metadata.uid or metadata.resourceVersion; check that this is an API server's"
            )
        }
        let claim = Claim(
            key: key,
            holder: try holder(),
            acquiredAt: acquiredAt,
            isDerived: annotations[LeaseObject.Annotation.head] != "written",
            hasRival: annotations[LeaseObject.Annotation.attempts] != "one",
            replica: annotations[LeaseObject.Annotation.admittedBy]?.string ?? "",
            transitions: max(0, min(transitions, Int(Int32.max) - 1))
        )
        return HeldClaim(
            claim: claim,
            version: LeaseVersion(uid: uid.string, resourceVersion: resourceVersion.string)
        )
    }

    /// The branch in the annotations, which the name confirms.
    private func key() throws(LeaseProblem) -> ClaimKey {
        guard let repository = annotations[LeaseObject.Annotation.repository],
            let head = annotations[LeaseObject.Annotation.branch]
        else { throw LeaseProblem(what: "lacks its repository and branch annotations; delete it") }
        let key = ClaimKey(
            scope: annotations[LeaseObject.Annotation.scope],
            branch: BranchKey(repository: repository, head: head)
        )
        guard ExactString(key.leaseName) == name else {
            throw LeaseProblem(what: "has annotations of another branch than its name; delete it")
        }
        return key
    }

    private func holder() throws(LeaseProblem) -> ClaimHolder {
        let parts = holderIdentity.split(at: "/")
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            let found = VisibleText.quoted(holderIdentity)
            throw LeaseProblem(
                what: "has a spec.holderIdentity of \(found) in place of NAMESPACE/NAME/UID of a run; delete it"
            )
        }
        return ClaimHolder(
            run: ObjectKey(namespace: parts[0], name: parts[1]),
            uid: parts[2]
        )
    }
}
