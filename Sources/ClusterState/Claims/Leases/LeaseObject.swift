internal import AgentRuns
package import JSONPull
internal import Policy

/// Claims as `coordination.k8s.io/v1` Leases.
///
/// `spec.holderIdentity` is `NAMESPACE/NAME/UID` of the run: `kubectl get leases` shows it. The annotations say the same and
/// the branch in words.
package enum LeaseObject {
    /// Where the API has them.
    package static let group = "coordination.k8s.io"
    /// Every Lease of a claim carries it; a list or watch asks for no others.
    package static let labelSelector = "\(managedBy)=\(manager),\(component)=\(branchClaim)"

    static let managedBy = "app.kubernetes.io/managed-by"
    static let manager = "agentrun-admission"
    static let component = "app.kubernetes.io/component"
    static let branchClaim = "branch-claim"

    /// Keys of annotations.
    enum Annotation {
        static let repository = "admission.agents.proompteng.ai/repository"
        static let branch = "admission.agents.proompteng.ai/branch"
        /// The namespace whose runs exclude each other; absent when those of all do.
        static let scope = "admission.agents.proompteng.ai/scope-namespace"
        static let runNamespace = "admission.agents.proompteng.ai/run-namespace"
        static let runName = "admission.agents.proompteng.ai/run-name"
        static let runUID = "admission.agents.proompteng.ai/run-uid"
        static let admittedAt = "admission.agents.proompteng.ai/admitted-at"
        static let admittedBy = "admission.agents.proompteng.ai/admitted-by"
        /// `written` or `derived`.
        static let head = "admission.agents.proompteng.ai/head"
        /// `one` or `several`: whether another object of the run's name had the claim before.
        static let attempts = "admission.agents.proompteng.ai/attempts"
    }

    /// The Lease as it is sent to be kept in `namespace`.
    ///
    /// `version` is the state it replaces, nil for a new one; `gapSeconds` is for people: how long it is good without its run.
    package static func encode(
        _ claim: Claim,
        namespace: String,
        replacing version: LeaseVersion? = nil,
        gapSeconds: Int
    ) -> [UInt8] {
        encode(
            name: claim.key.leaseName,
            namespace: namespace,
            component: branchClaim,
            annotations: annotations(of: claim),
            replacing: version
        ) { writer in
            writer.member("holderIdentity", identity(of: claim.holder))
            writer.member("leaseDurationSeconds", max(1, gapSeconds))
            writer.member("acquireTime", claim.acquiredAt.text)
            writer.member("renewTime", claim.acquiredAt.text)
            writer.member("leaseTransitions", claim.transitions)
        }
    }

    /// Any Lease of the product as it is sent.
    ///
    /// - Parameters:
    ///   - name: the Lease's.
    ///   - namespace: where it is kept.
    ///   - component: what tells Leases of one use from those of another.
    ///   - annotations: in this order.
    ///   - version: the state it replaces; nil for a new one.
    ///   - writeSpec: writes the members of `spec`.
    /// - Returns: JSON.
    package static func encode(
        name: String,
        namespace: String,
        component: String,
        annotations: [(String, String)] = [],
        replacing version: LeaseVersion?,
        _ writeSpec: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.member("apiVersion", "coordination.k8s.io/v1")
        writer.member("kind", "Lease")
        writer.key("metadata")
        writer.beginObject()
        writer.member("name", name)
        writer.member("namespace", namespace)
        if let version {
            // With the uid a Lease that was deleted meanwhile is not created anew.
            writer.member("uid", version.uid)
            writer.member("resourceVersion", version.resourceVersion)
        }
        writer.key("labels")
        write([(managedBy, manager), (Self.component, component)], to: &writer)
        if !annotations.isEmpty {
            writer.key("annotations")
            write(annotations, to: &writer)
        }
        writer.endObject()
        writer.key("spec")
        writer.beginObject()
        writeSpec(&writer)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// The body of a DELETE that takes effect only on that state.
    package static func deleteOptions(_ version: LeaseVersion) -> [UInt8] {
        deleteOptions(uid: version.uid, resourceVersion: version.resourceVersion)
    }

    /// The body of a DELETE of that very object, in whatever state it is where there is no `resourceVersion`.
    package static func deleteOptions(uid: String, resourceVersion: String? = nil) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("apiVersion", "v1")
        writer.member("kind", "DeleteOptions")
        writer.key("preconditions")
        writer.beginObject()
        writer.member("uid", uid)
        if let resourceVersion { writer.member("resourceVersion", resourceVersion) }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func identity(of holder: ClaimHolder) -> String {
        "\(holder.run.namespace)/\(holder.run.name)/\(holder.uid)"
    }

    private static func annotations(of claim: Claim) -> [(String, String)] {
        var annotations = [
            (Annotation.repository, claim.key.branch.repository.string),
            (Annotation.branch, claim.key.branch.head.string),
            (Annotation.runNamespace, claim.holder.run.namespace.string),
            (Annotation.runName, claim.holder.run.name.string),
            (Annotation.runUID, claim.holder.uid.string),
            (Annotation.admittedAt, claim.acquiredAt.text),
            (Annotation.admittedBy, claim.replica),
            (Annotation.head, claim.isDerived ? "derived" : "written"),
            (Annotation.attempts, claim.hasRival ? "several" : "one"),
        ]
        if let scope = claim.key.scope { annotations.append((Annotation.scope, scope.string)) }
        return annotations
    }

    private static func write(_ members: [(String, String)], to writer: inout JSONWriter) {
        writer.beginObject()
        for (key, value) in members {
            writer.escapedKey(key)
            writer.string(value)
        }
        writer.endObject()
    }
}
