internal import AgentRuns
internal import JSONPull

/// A secret a run would use, where that was written, and what it is for.
struct RunSecret {
    /// What the secret is used for, which decides what the controller asks of it.
    enum Use {
        case listed
        case systemPrompt
        case volume
        case imagePull
        case memory
        case versionControl
        case agentSystemPrompt
        case providerEnvironment
    }

    var name: ExactString
    var field: FieldPath
    var use: Use
    /// The unit that uses it when it starts; nil for what the whole run uses.
    var unit: RunUnit?

    /// What the controller demands of `spec.secrets` for this use.
    func mustBeListed(runHasSecrets: Bool) -> Bool {
        switch use {
        case .systemPrompt, .agentSystemPrompt: true
        case .memory: runHasSecrets
        case .listed, .volume, .imagePull, .versionControl, .providerEnvironment: false
        }
    }
}

extension RunUnderReview {
    /// Every secret the run would use: its own first, then what memory, version control and the Agent bring.
    func findSecrets() -> [RunSecret] {
        var secrets: [RunSecret] = []
        secrets.reserveCapacity(run.spec.secrets.count + 4)
        for secret in run.spec.secrets {
            let field = FieldPath("spec.secrets").item(secret.index)
            secrets.append(RunSecret(name: secret.name, field: field, use: .listed))
        }
        if generation.takesSystemPromptOfRun, let name = run.spec.systemPromptRef?.secretName {
            secrets.append(RunSecret(name: name, field: FieldPath("spec.systemPromptRef.name"), use: .systemPrompt))
        }
        addVolumeSecrets(run.spec.workload, in: FieldPath("spec.workload.volumes"), to: &secrets)
        for unit in stepUnits {
            guard let step = unit.step else { continue }
            addVolumeSecrets(step.workload, in: FieldPath(step: step, ".workload.volumes"), to: &secrets)
        }
        for secret in run.spec.runtime.imagePullSecrets {
            let field = FieldPath("spec.runtime.config.imagePullSecrets").item(secret.index)
            secrets.append(RunSecret(name: secret.name, field: field, use: .imagePull))
        }
        guard let state else { return secrets }
        if let memory = memorySecret(state) { secrets.append(memory) }
        addVersionControlSecrets(to: &secrets)
        addAgentSecrets(to: &secrets)
        return secrets
    }

    private func addVolumeSecrets(
        _ workload: Workload,
        in list: @autoclosure () -> FieldPath,
        to secrets: inout [RunSecret]
    ) {
        for volume in workload.volumes {
            guard let name = volume.secretName else { continue }
            let field = list().item(volume.index, ".secretName")
            secrets.append(RunSecret(name: name, field: field, use: .volume))
        }
    }

    /// The run's memory, else the Agent's, else the namespace's default one.
    ///
    /// Without a known Agent nobody can say.
    private func memorySecret(_ state: any ClusterLookup) -> RunSecret? {
        let reference: (memory: Memory?, field: FieldPath)
        if let name = run.spec.memoryRefName {
            reference = (state.memory(name, in: namespace), FieldPath("spec.memoryRef.name"))
        } else if let agent {
            if let name = agent.spec.memoryRefName {
                reference = (state.memory(name, in: namespace), FieldPath("spec.agentRef.name"))
            } else {
                reference = (state.defaultMemory(in: namespace), FieldPath("spec.memoryRef.name"))
            }
        } else {
            return nil
        }
        return reference.memory?.secretName.map { RunSecret(name: $0, field: reference.field, use: .memory) }
    }

    /// The secret of the authentication in force, for every unit that has a repository.
    private func addVersionControlSecrets(to secrets: inout [RunSecret]) {
        guard mode != .none else { return }
        for unit in units {
            guard unit.metadata.has(.repository), let provider = provider(of: unit),
                let name = provider.object.spec.auth.secretName
            else { continue }
            secrets.append(RunSecret(name: name, field: provider.field, use: .versionControl, unit: unit))
        }
    }

    private func addAgentSecrets(to secrets: inout [RunSecret]) {
        guard let agent else { return }
        let field = FieldPath("spec.agentRef.name")
        let ownPromptIsInForce =
            generation.takesSystemPromptOfRun && (run.spec.systemPromptRef != nil || run.spec.systemPrompt.isReached)
        if !ownPromptIsInForce, let name = agent.spec.systemPromptRef?.secretName {
            secrets.append(RunSecret(name: name, field: field, use: .agentSystemPrompt))
        }
        if generation.readsProviderWorkload, let provider = agentProvider {
            for name in provider.spec.environmentSecrets {
                secrets.append(RunSecret(name: name, field: field, use: .providerEnvironment))
            }
        }
    }
}
