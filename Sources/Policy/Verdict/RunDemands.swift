internal import AgentRuns
package import JSONPull

/// What a run would get of the cluster, and what it may cost at worst; names are fit to print and cut.
package struct RunDemands: Sendable {
    /// A setting, its value, and the place that gives it.
    package struct Setting: Sendable, Equatable {
        package let name: String
        package let value: ExactString
        /// A field path of the run, or `AgentProvider/NAME .spec.workload.image` and the like.
        package let source: String
    }

    /// A volume that is mounted.
    package struct Volume: Sendable, Equatable {
        package let name: ExactString
        package let type: ExactString
        /// The claim or the Secret; nil for a volume of another type, and where none is named.
        package let holds: ExactString?
        package let mountPath: ExactString
        package let source: String
    }

    /// Sums over everything a run may do.
    package struct Worst: Sendable, Equatable {
        /// How often an agent is started.
        package let attempts: Int
        package let attemptSources: [String]
        /// Of all steps that have a time-out, pauses among them.
        package let seconds: Int
        /// Whether something has no time-out.
        package let isUnbounded: Bool
        package let secondSources: [String]
    }

    /// Where the controller posts the run to, or what it starts elsewhere.
    package private(set) var target: [Setting] = []
    /// What the runner's pod would get.
    package private(set) var pod: [Setting] = []
    package private(set) var volumes: [Volume] = []
    /// Nil for a run without pods.
    package private(set) var worst: Worst?
    /// The token budget of the goal; nil without one that counts.
    package private(set) var tokens: Int?
    /// Where that is written.
    package static let tokenSource = "spec.goal.tokenBudget"

    init(_ run: RunUnderReview, policy: AdmissionPolicy) {
        target = Self.target(of: run.run.spec.runtime)
        if run.generation.hasGoals, let budget = run.run.spec.goal?.tokenBudget {
            tokens = Int(min(budget, RunCost.most))
        }
        guard run.run.isPod else { return }
        pod = Self.settings(of: run, policy)
        volumes = Self.volumes(of: run)
        worst = Worst(of: run)
    }

    // MARK: Elsewhere

    /// Of an endpoint its host alone: the rest may have a password in it.
    private static func target(of runtime: Runtime) -> [Setting] {
        switch runtime.type {
        case "custom"?:
            guard let endpoint = runtime.endpoint else { return [] }
            let host = try? WebAddress(endpoint).host.text.visible
            return [Setting("endpoint", host ?? "no host that can be posted to", "spec.runtime.config.endpoint")]
        case "temporal"?:
            return [
                ("workflowType", runtime.workflowType), ("taskQueue", runtime.taskQueue),
                ("namespace", runtime.temporalNamespace),
            ].compactMap { (name: StaticString, value: ExactString?) in
                value.map { Setting(name, $0.visible, "spec.runtime.config.\(name)") }
            }
        default: return []
        }
    }

    // MARK: Pods

    private static func settings(of run: RunUnderReview, _ policy: AdmissionPolicy) -> [Setting] {
        var settings: [Setting] = []
        if let (account, field, origin) = policy.serviceAccounts(for: run.subject.match).account(of: run) {
            let source =
                switch origin {
                case .run: field.text
                case .provider: "\(provider(of: run)) .spec.workload.serviceAccountName"
                case .controller: "the controller's configuration (default of rule service-account)"
                }
            settings.append(Setting("serviceAccount", account.visible, source))
        }
        settings += images(of: run)
        if let pod = run.run.spec.runtime.pod { settings += PodReading(pod).settings }
        return settings
    }

    private static func provider(of run: RunUnderReview) -> String {
        "AgentProvider/\((run.agent?.spec.providerName ?? "").visible)"
    }

    /// Each once: most steps have the run's.
    private static func images(of run: RunUnderReview) -> [Setting] {
        var images: [Setting] = []
        var hasShared = false
        for unit in run.units {
            let own = unit.step.flatMap { $0.workload.isPresent ? $0 : nil }
            if let own, let image = own.workload.image {
                images.append(Setting("image", image.visible, FieldPath(step: own, ".workload.image").text))
                continue
            }
            if hasShared { continue }
            if own == nil, let image = run.run.spec.workload.image {
                images.append(Setting("image", image.visible, "spec.workload.image"))
                hasShared = true
            } else if run.generation.readsProviderWorkload, let image = run.agentProvider?.spec.image {
                images.append(Setting("image", image.visible, "\(provider(of: run)) .spec.workload.image"))
                hasShared = true
            }
        }
        return images
    }

    private static func volumes(of run: RunUnderReview) -> [Volume] {
        var volumes =
            run.units.contains { $0.step?.workload.isPresent != true }
            ? Self.volumes(run.run.spec.workload.volumes, FieldPath("spec.workload.volumes")) : []
        for case let step? in run.units.map(\.step) where step.workload.isPresent {
            volumes += Self.volumes(step.workload.volumes, FieldPath(step: step, ".workload.volumes"))
        }
        return volumes
    }

    /// The controller passes over those that lack one of the three.
    private static func volumes(_ written: [Workload.Volume], _ list: FieldPath) -> [Volume] {
        written.compactMap { volume in
            guard let type = volume.type, let name = volume.name, let path = volume.mountPath else { return nil }
            let holds = type == "pvc" ? volume.claimName : type == "secret" ? volume.secretName : nil
            return Volume(
                name: name.visible,
                type: type.visible,
                holds: holds?.visible,
                mountPath: path.visible,
                source: list.item(volume.index).text
            )
        }
    }
}

extension RunDemands.Setting {
    init(_ name: StaticString, _ value: ExactString, _ source: String) {
        self.init(name: name.description, value: value, source: source)
    }
}

extension RunDemands.Worst {
    /// Nothing of what is named may be many times over: the first say what there is.
    private static let maximumSources = 8

    init(of run: RunUnderReview) {
        let cost = RunCost(of: run.run, generation: run.generation)
        var (attempts, seconds): ([FieldPath], [FieldPath]) = ([], [])
        if run.run.isWorkflow {
            for step in run.run.steps(generation: run.generation) {
                let turns = run.generation.hasLoops ? step.loop?.maxIterations ?? 0 : 0
                if step.retries > 0 { attempts.append(FieldPath(step: step, ".retries")) }
                if turns > 1 { attempts.append(FieldPath(step: step, ".loop.maxIterations")) }
                if step.timeoutSeconds > 0 { seconds.append(FieldPath(step: step, ".timeoutSeconds")) }
                if step.retries > 0, step.retryBackoffSeconds > 0 {
                    seconds.append(FieldPath(step: step, ".retryBackoffSeconds"))
                }
            }
        }
        if run.run.spec.runtime.pod?.backoffLimit != nil {
            attempts.append(FieldPath("spec.runtime.config.backoffLimit"))
        }
        self.init(
            attempts: Int(cost.attempts),
            attemptSources: Self.told(attempts),
            seconds: Int(cost.seconds),
            isUnbounded: cost.isUnbounded,
            secondSources: Self.told(seconds)
        )
    }

    private static func told(_ fields: [FieldPath]) -> [String] {
        let more = fields.count > maximumSources ? ["\(fields.count - maximumSources) more"] : []
        return fields.prefix(maximumSources).map(\.text) + more
    }
}
