package import JSONPull

/// `agents.proompteng.ai/v1alpha1` `AgentRun`, as far as the controller and the rules read it.
///
/// Names and references are trimmed and nil when blank, as the controller's `str` makes them; what a rule must see as it
/// was written says so.
package struct AgentRun: Sendable {
    package var metadata = ObjectMeta()
    package var spec = Spec()
    package var status = Status()
    /// Where `spec` stands in the reader's bytes; nil when it is absent or null.
    package var specRange: Range<Int>?

    /// `spec`.
    package struct Spec: Sendable {
        /// `agentRef.name`.
        package var agentName: ExactString?
        package var implementation = ImplementationChoice()
        package var parameters = Parameters()
        /// `runtime.type`, trimmed.
        package var runtimeType: ExactString?
        /// `secrets`, the strings of the list as written with their index.
        package var secrets: [IndexedName] = []
        /// Whether `systemPrompt` is a string that is not blank.
        package var hasSystemPrompt = false
        package var systemPromptRef: SystemPromptRef?
        package var vcsPolicy = VcsPolicy()
        /// `vcsRef.name`.
        package var vcsRefName: ExactString?
        /// `memoryRef.name`.
        package var memoryRefName: ExactString?
        /// `workflow.steps` as written, whatever the runtime type.
        package var workflowSteps: [WorkflowStep] = []
        package var workload = Workload()
    }

    /// `status`.
    package struct Status: Sendable {
        /// `phase`, trimmed.
        package var phase: ExactString?
        /// `vcs.repository`.
        package var repository: ExactString?
        /// `vcs.headBranch`.
        package var headBranch: ExactString?
        /// `vcs.branch`.
        package var branch: ExactString?
        /// `vcs.mode`.
        package var vcsMode: ExactString?

        /// No status, as on CREATE.
        package init() {}
    }

    package init() {}
}

/// A trimmed, non-blank name from a list, with its index in the list as written.
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

/// `workload` of a run or a step.
package struct Workload: Sendable {
    /// `volumes[].secretName`, of any volume type, with the volume's index.
    package var volumeSecrets: [IndexedName] = []
}

/// One of `spec.workflow.steps`.
package struct WorkflowStep: Sendable {
    /// Index in the list as written.
    package var index: Int
    /// `name`, trimmed; empty when blank.
    package var name: ExactString = ""
    package var implementation = ImplementationChoice()
    package var parameters = Parameters()
    package var workload = Workload()
}
