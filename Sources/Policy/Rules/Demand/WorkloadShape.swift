internal import AgentRuns
internal import JSONPull

/// What the API server refuses in the Job that the controller makes of a workload (`controller-semantics.md` section 13.1).
struct WorkloadShape: Rule {
    static let descriptor = RuleDescriptor(
        id: "workload-shape",
        title: "Resources and volumes that no pod can have",
        action: .deny,
        reasons: [
            .invalidQuantity, .invalidResourceName, .requestOverLimit, .incompleteVolume, .invalidVolumeName,
            .duplicateVolume, .invalidMountPath, .reservedMountPath, .duplicateMountPath,
        ],
        options: [Keys.reservedMountPaths]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let reservedMountPaths = RuleOption(
            "reservedMountPaths",
            "absolute paths that the cluster mounts into every runner, as the home of its credentials",
            default: [ExactString]()
        )
    }

    private let volumes: VolumeCheck

    init(options entry: inout PolicyEntry) {
        let paths = entry.strings(Keys.reservedMountPaths.key) { path in
            MountPath(path).isAbsolute ? nil : "must be an absolute path without \"..\" or \":\""
        }
        volumes = VolumeCheck(reserved: paths ?? Keys.reservedMountPaths.defaultValue)
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.isPod else { return }
        let spec = run.run.spec
        var resources = ResourceCheck(
            config: run.generation.readsRuntimeResources ? spec.runtime.resources : [],
            trims: run.generation.readsRuntimeResources,
            outcome: Self.outcome(of: run.run)
        )
        resources.checkConfig(&findings)
        check(spec.workload, of: nil, run, &resources, &findings)
        if run.run.isWorkflow {
            for step in run.run.steps(generation: run.generation) where step.workload.isPresent {
                check(step.workload, of: step, run, &resources, &findings)
            }
        }
        resources.compareConfig(&findings)
    }

    private func check(
        _ workload: Workload,
        of step: WorkflowStep?,
        _ run: RunUnderReview,
        _ resources: inout ResourceCheck,
        _ findings: inout RuleFindings
    ) {
        resources.check(workload.resources, of: step, &findings)
        if !workload.volumes.isEmpty { volumes.check(workload.volumes, of: step, run, &findings) }
    }

    /// What the controller says of a Job it cannot submit; of a workflow's it says nothing and tries for ever.
    static func outcome(of run: AgentRun) -> ControllerOutcome? { run.isWorkflow ? nil : .submissionFailure }
}

extension RuleID {
    package static let workloadShape = WorkloadShape.id
}

extension Reason {
    static let invalidQuantity = Reason(
        "InvalidQuantity",
        meaning: "no quantity as Kubernetes reads it, or less than zero",
        example: "workload.resources.requests: {cpu: 1 CPU}",
        fix: "a number with a unit Kubernetes knows, as 500m or 2Gi"
    )
    static let invalidResourceName = Reason(
        "InvalidResourceName",
        meaning: "no resource a container can ask for",
        example: "workload.resources.limits: {gpu: 1}",
        fix: "cpu, memory, ephemeral-storage, hugepages-SIZE, or a name with its domain, as nvidia.com/gpu"
    )
    static let requestOverLimit = Reason(
        "RequestOverLimit",
        meaning: "more is requested than the limit in force allows",
        example: "workload.resources: {requests: {cpu: 2}, limits: {cpu: 1}}",
        fix: "a request at or below the limit"
    )
    static let incompleteVolume = Reason(
        "IncompleteVolume",
        meaning: "a pvc without claimName or a secret without secretName, which is mounted and not defined",
        example: "volumes: [{name: data, type: pvc, mountPath: /data}]",
        fix: "name the claim or the secret"
    )
    static let invalidVolumeName = Reason(
        "InvalidVolumeName",
        meaning: "a volume's name that is no DNS label",
        example: "volumes: [{name: My_Data, type: emptyDir, mountPath: /data}]",
        fix: "at most 63 lower-case letters, digits and dashes"
    )
    static let duplicateVolume = Reason(
        "DuplicateVolume",
        meaning: "an earlier volume has the name",
        example: "two volumes named data",
        fix: "a name of its own for each"
    )
    static let invalidMountPath = Reason(
        "InvalidMountPath",
        action: .warn,
        meaning: "a path that is relative, the root, or has a colon or a `..` in it",
        example: "volumes: [{name: data, type: emptyDir, mountPath: data}]",
        fix: "an absolute path"
    )
    static let reservedMountPath = Reason(
        "ReservedMountPath",
        meaning: "a path at which the controller, or the cluster by the policy's word, mounts something itself",
        example: "mountPath: /workspace/run.json",
        fix: "another path"
    )
    static let duplicateMountPath = Reason(
        "DuplicateMountPath",
        meaning: "an earlier volume is mounted there",
        example: "two volumes mounted at /data",
        fix: "a path of its own for each"
    )
}
