package import JSONPull

/// `agents.proompteng.ai/v1alpha1` `AgentRun`, as far as the controller and the rules read it.
///
/// Names and references are trimmed and nil when blank, as the controller's `str` makes them; what a rule must see as it
/// was written says so.
///
/// A class because it goes from step to step: as a structure it made a request 1% dearer (docs/performance-aims.md).
// Unchecked: nothing is set after the initialiser that reads it has returned.
package final class AgentRun: @unchecked Sendable {
    package internal(set) var metadata = ObjectMeta.absent
    package internal(set) var spec = Spec.absent
    package internal(set) var status = Status.absent
    /// Where `spec` stands in the reader's bytes; nil when it is absent or null.
    package internal(set) var specRange: Range<Int>?

    /// `spec`.
    ///
    /// A class because it is filled by the reading of each member, and units share the run's.
    // Unchecked: nothing is set after the initialiser that reads it has returned.
    package final class Spec: @unchecked Sendable {
        /// Of a run that has none.
        package static let absent = Spec()

        /// `agentRef.name`.
        package internal(set) var agentName: ExactString?
        package internal(set) var implementation = ImplementationChoice()
        package internal(set) var parameters = Parameters()
        package internal(set) var runtime = Runtime.absent
        /// Whether `ttlSecondsAfterFinished` is there.
        package internal(set) var hasTimeToLive = false
        /// `secrets`, the strings of the list as written with their index.
        package internal(set) var secrets: [IndexedName] = []
        package internal(set) var systemPrompt = SystemPromptText.absent
        package internal(set) var systemPromptRef: SystemPromptRef?
        package internal(set) var vcsPolicy = VcsPolicy()
        /// `vcsRef.name`.
        package internal(set) var vcsRefName: ExactString?
        /// `memoryRef.name`.
        package internal(set) var memoryRefName: ExactString?
        /// `workflow.steps` as written, whatever the runtime type.
        package internal(set) var workflowSteps: [WorkflowStep] = []
        package internal(set) var workload = Workload()
        /// `goal`, if it is an object; 2026-02 has none.
        package internal(set) var goal: RunGoal?
        /// `idempotencyKey`, as written.
        package internal(set) var idempotencyKey: ExactString?
        /// What stands at `agentRef.name`, `vcsRef.name` and `implementationSpecRef`, as JSON, where there is no name.
        package internal(set) var (writtenAgentName, writtenVcsRefName): (ExactString, ExactString) = ("", "")
        package internal(set) var writtenImplementationSpecRef: ExactString = ""
        /// What stands at `workflow.steps`, as JSON, where no step has a name.
        package internal(set) var writtenSteps: ExactString = ""
    }

    /// `status`.
    ///
    /// A class for the reason ``Spec`` is one.
    // Unchecked: nothing is set after the initialiser that reads it has returned.
    package final class Status: @unchecked Sendable {
        /// No status, as on CREATE.
        package static let absent = Status()

        /// `phase`, trimmed.
        package internal(set) var phase: ExactString?
        /// `vcs.repository`.
        package internal(set) var repository: ExactString?
        /// `vcs.headBranch`.
        package internal(set) var headBranch: ExactString?
        /// `vcs.branch`.
        package internal(set) var branch: ExactString?
        /// `vcs.mode`.
        package internal(set) var vcsMode: ExactString?
        /// Whether condition `Accepted` is `True`: the controller has taken the run on.
        package internal(set) var isAccepted = false
        /// Whether condition `Duplicate` is `True`: another run has the idempotency key.
        package internal(set) var isDuplicate = false

        init() {}
    }

    init() {}

    /// The run with another spec or status.
    private init(_ run: AgentRun, spec: Spec, status: Status) {
        (metadata, self.spec, self.status, specRange) = (run.metadata, spec, status, run.specRange)
    }

    /// The run with another spec, of which it has the place of its own.
    func with(spec: Spec) -> AgentRun { AgentRun(self, spec: spec, status: status) }

    /// The run with another status.
    package func with(status: Status) -> AgentRun {
        status === self.status ? self : AgentRun(self, spec: spec, status: status)
    }
}

/// A name from a list, trimmed and not blank unless said otherwise, with its index in the list as written.
package struct IndexedName: Sendable, Equatable {
    package var index: Int
    package var name: ExactString
}

/// `implementation` and `implementationSpecRef` of a run or a step.
package struct ImplementationChoice: Sendable {
    /// `implementation.inline`, if it is an object.
    package var inline: Implementation?
    /// `implementationSpecRef.name`.
    package var specRefName: ExactString?
}

/// `spec.vcsPolicy`.
package struct VcsPolicy: Sendable {
    /// Whether `required` is the boolean `true`.
    package var isRequired = false
    package var mode = VcsMode.readWrite
}

/// What a run may do to its repository.
package enum VcsMode: String, Sendable {
    case readWrite = "read-write"
    case readOnly = "read-only"
    case none

    /// Trimmed and lower-cased; anything unknown is `read-write`.
    package init(reading text: ExactString?) {
        self = VcsMode(rawValue: text?.trimmed.asciiLowercased.string ?? "") ?? .readWrite
    }
}

/// One of `spec.workflow.steps`.
///
/// A class for the reason ``AgentRun/Spec`` is one.
// Unchecked: nothing is set after the initialiser that reads it has returned.
package final class WorkflowStep: @unchecked Sendable {
    /// Index in the list as written.
    package let index: Int
    /// `name`, trimmed; empty when blank.
    package internal(set) var name: ExactString = ""
    /// What stands at `name`, as JSON, where that is empty.
    package internal(set) var writtenName: ExactString = ""
    package internal(set) var implementation = ImplementationChoice()
    package internal(set) var parameters = Parameters()
    package internal(set) var workload = Workload()
    package internal(set) var loop: WorkflowLoop?
    /// `timeoutSeconds`, `retries` and `retryBackoffSeconds`, truncated; 0 when they are no numbers.
    package internal(set) var (timeoutSeconds, retries, retryBackoffSeconds) = (0.0, 0.0, 0.0)
    /// `timeoutSeconds` as it is written, as JSON; empty where that is none.
    package internal(set) var writtenTimeout: ExactString = ""

    init(index: Int) {
        self.index = index
    }
}
