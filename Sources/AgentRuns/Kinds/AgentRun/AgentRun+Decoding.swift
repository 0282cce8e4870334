package import JSONPull

extension AgentRun {
    /// Reads a run; a value of another type than the field's counts as absent, as in the controller.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON.
    package convenience init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": self.metadata = try ObjectMeta(&reader)
            case "spec":
                self.specRange = nil
                let isNull = try reader.peek() == .null
                let start = reader.position
                self.spec = try Spec.read(&reader)
                if !isNull { self.specRange = start..<reader.position }
            case "status": self.status = try Status.read(&reader)
            default: try reader.skipValue()
            }
        }
    }
}

extension AgentRun.Spec {
    static func read(_ reader: inout JSONReader) throws(JSONError) -> AgentRun.Spec {
        let spec = AgentRun.Spec()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "agentRef": spec.agentName = try reader.readReferenceName(else: &spec.writtenAgentName)
            case "implementationSpecRef": try spec.readImplementationSpecRef(&reader)
            case "implementation": spec.implementation.inline = try ImplementationChoice.inline(&reader)
            case "parameters": spec.parameters = try Parameters(&reader)
            case "runtime": spec.runtime = try Runtime(&reader)
            case "ttlSecondsAfterFinished":
                spec.hasTimeToLive = try reader.peek() != .null
                try reader.skipValue()
            case "secrets": spec.secrets = try Self.secrets(&reader)
            case "systemPrompt": spec.systemPrompt = try SystemPromptText(&reader)
            case "systemPromptRef": spec.systemPromptRef = try SystemPromptRef.read(&reader)
            case "vcsPolicy": spec.vcsPolicy = try VcsPolicy(&reader)
            case "vcsRef": spec.vcsRefName = try reader.readReferenceName(else: &spec.writtenVcsRefName)
            case "memoryRef": spec.memoryRefName = try reader.readReferenceName()
            case "workflow": try spec.readWorkflow(&reader)
            case "workload": spec.workload = try Workload(&reader)
            case "goal":
                let isObject = try reader.peek() == .object
                let goal = try RunGoal(&reader)
                spec.goal = isObject ? goal : nil
            case "idempotencyKey": spec.idempotencyKey = try reader.readExactString()
            default: try reader.skipValue()
            }
        }
        return spec
    }

    private static func secrets(_ reader: inout JSONReader) throws(JSONError) -> [IndexedName] {
        var secrets: [IndexedName] = []
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            guard let name = try reader.readNonBlank() else { return }
            if secrets.isEmpty { secrets.reserveCapacity(4) }
            secrets.append(IndexedName(index: index, name: name))
        }
        return secrets
    }

    private func readImplementationSpecRef(_ reader: inout JSONReader) throws(JSONError) {
        let kind = try reader.peek()
        let start = reader.position
        let name = try reader.readReferenceName()
        implementation.specRefName = name
        writtenImplementationSpecRef =
            name == nil && kind != .null ? reader.text(of: start..<reader.position) : ""
    }

    private func readWorkflow(_ reader: inout JSONReader) throws(JSONError) {
        (workflowSteps, writtenSteps) = ([], "")
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "steps": try self.readSteps(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private func readSteps(_ reader: inout JSONReader) throws(JSONError) {
        let kind = try reader.peek()
        let start = reader.position
        var steps: [WorkflowStep] = []
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            steps.append(try WorkflowStep.read(&reader, index: index))
        }
        workflowSteps = steps
        let hasName = steps.contains { !$0.name.isEmpty }
        writtenSteps = hasName || kind == .null ? "" : reader.text(of: start..<reader.position)
    }
}

extension AgentRun.Status {
    static func read(_ reader: inout JSONReader) throws(JSONError) -> AgentRun.Status {
        let status = AgentRun.Status()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "phase": status.phase = try reader.readNonBlank()
            case "vcs": try status.readVcs(&reader)
            case "conditions": try status.readConditions(&reader)
            default: try reader.skipValue()
            }
        }
        return status
    }

    private func readVcs(_ reader: inout JSONReader) throws(JSONError) {
        (repository, headBranch, branch, vcsMode) = (nil, nil, nil, nil)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "repository": self.repository = try reader.readNonBlank()
            case "headBranch": self.headBranch = try reader.readNonBlank()
            case "branch": self.branch = try reader.readNonBlank()
            case "mode": self.vcsMode = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
    }
}

extension AgentRun.Status {
    fileprivate func readConditions(_ reader: inout JSONReader) throws(JSONError) {
        var (isAccepted, isDuplicate) = (false, false)
        try reader.readElements { reader, _ throws(JSONError) in
            switch try Self.trueCondition(&reader)?.string {
            case "Accepted": isAccepted = true
            case "Duplicate": isDuplicate = true
            default: break
            }
        }
        (self.isAccepted, self.isDuplicate) = (isAccepted, isDuplicate)
    }

    /// The type of a condition whose status is `True`.
    private static func trueCondition(_ reader: inout JSONReader) throws(JSONError) -> ExactString? {
        var type: ExactString?
        var isTrue = false
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": type = try reader.readNonBlank()
            case "status": isTrue = try reader.readNonBlank() == "True"
            default: try reader.skipValue()
            }
        }
        return isTrue ? type : nil
    }
}

extension ImplementationChoice {
    /// `implementation.inline`, nil unless both are objects.
    fileprivate static func inline(_ reader: inout JSONReader) throws(JSONError) -> Implementation? {
        var inline: Implementation?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "inline":
                let isObject = try reader.peek() == .object
                let implementation = try Implementation(&reader)
                inline = isObject ? implementation : nil
            default: try reader.skipValue()
            }
        }
        return inline
    }
}

extension VcsPolicy {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var policy = VcsPolicy()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "required": policy.isRequired = try reader.readBoolean() ?? false
            case "mode": policy.mode = VcsMode(reading: try reader.readExactString())
            default: try reader.skipValue()
            }
        }
        self = policy
    }
}

extension WorkflowStep {
    fileprivate static func read(_ reader: inout JSONReader, index: Int) throws(JSONError) -> WorkflowStep {
        let step = WorkflowStep(index: index)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": step.name = try reader.readNonBlank(else: &step.writtenName) ?? ""
            case "implementation": step.implementation.inline = try ImplementationChoice.inline(&reader)
            case "implementationSpecRef": step.implementation.specRefName = try reader.readReferenceName()
            case "parameters": step.parameters = try Parameters(&reader)
            case "workload": step.workload = try Workload(&reader)
            case "loop": step.loop = try WorkflowLoop.read(&reader)
            case "timeoutSeconds":
                _ = try reader.peek()
                let start = reader.position
                step.timeoutSeconds = try reader.readWholeNumber()
                step.writtenTimeout = step.timeoutSeconds > 0 ? reader.text(of: start..<reader.position) : ""
            case "retries": step.retries = try reader.readWholeNumber()
            case "retryBackoffSeconds": step.retryBackoffSeconds = try reader.readWholeNumber()
            default: try reader.skipValue()
            }
        }
        return step
    }
}
