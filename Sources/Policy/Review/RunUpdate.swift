internal import AgentRuns
internal import JSONPull

/// What an UPDATE changes of a run: of its spec, as far as the controller forbids that once it has taken the run on
/// (`controller-semantics.md` section 15), and of what it is.
package struct RunUpdate {
    /// Members of the spec that are compared, in the controller's order, and then those only `strict` adds.
    package enum Field: String, CaseIterable, Sendable {
        case agentRef
        case implementationSpecRef
        case implementation
        case goal
        case runtime
        case workflow
        case systemPromptRef
        case vcsRef
        case memoryRef
        case systemPrompt
        case secrets
        case parameters
        case workload
    }

    /// The status before the update, which says whether the run is locked.
    let oldStatus: AgentRun.Status
    /// Whether the old object carried the template annotation.
    let hadTemplateAnnotation: Bool
    /// Whether a template becomes a run: all else is judged as a CREATE.
    var createsRun = false
    /// In the order of ``Field``; empty unless the run may be locked, as nobody asks then.
    let changedFields: [Field]

    /// - Parameters:
    ///   - old: the run before.
    ///   - changedFields: what changed of its spec.
    init(of old: AgentRun, changedFields: [Field]) {
        (oldStatus, hadTemplateAnnotation) = (old.status, old.metadata.hasTemplateAnnotation)
        self.changedFields = changedFields
    }

    /// - Parameters:
    ///   - body: holds both specs.
    ///   - old: the run before.
    ///   - new: the run after.
    init(_ body: UnsafeRawBufferPointer, from old: AgentRun, to new: AgentRun) {
        (oldStatus, hadTemplateAnnotation) = (old.status, old.metadata.hasTemplateAnnotation)
        guard old.status.mayBeLocked else {
            changedFields = []
            return
        }
        let before = unsafe Self.members(body, old.specRange)
        let after = unsafe Self.members(body, new.specRange)
        let secretsChanged = Self.names(old.spec.secrets) != Self.names(new.spec.secrets)
        changedFields = Field.allCases.filter { field in
            if field == .secrets { return secretsChanged }
            return unsafe !PolicyEngine.isSpecUnchanged(body, before[field], after[field])
        }
    }

    private static func names(_ secrets: [IndexedName]) -> [ExactString] { secrets.map(\.name).sorted() }

    /// Where the fields stand that are of the type the controller reads; others count as absent.
    private static func members(_ body: UnsafeRawBufferPointer, _ spec: Range<Int>?) -> [Field: Range<Int>] {
        guard let spec else { return [:] }
        // The spec was read before, so it cannot fail to be JSON.
        let members = unsafe try? JSONReader.read(body, in: spec) { reader throws(JSONError) in
            var members: [Field: Range<Int>] = [:]
            var isFirst = true
            guard try reader.enterObject() else { return members }
            while let key = try reader.nextKey(&isFirst) {
                let field = Field(rawValue: key.string)
                let kind = try reader.peek()
                let range = try reader.skipValue()
                guard let field else { continue }
                members[field] = kind == (field == .systemPrompt ? .string : .object) ? range : nil
            }
            return members
        }
        return members ?? [:]
    }
}

extension AgentRun.Status {
    /// Whether the controller has taken the run on; whether that locks it depends on the generation, too.
    var mayBeLocked: Bool { isAccepted || (phase.map { $0 != "Pending" } ?? false) }
}
