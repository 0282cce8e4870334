internal import AgentRuns
internal import JSONPull

/// Finds the first check of the controller that a step's loop fails (`controller-semantics.md` section 12).
struct LoopCheck: Sendable {
    /// What is wrong with a loop.
    struct Fault {
        var reason: Reason
        /// Path in the step, starting with a dot.
        var path: StaticString
        var message: String
        var remedy: String
    }

    /// Whether the controller runs loops; nil when that is not known.
    let areEnabled: Bool?
    /// The most iterations the controller allows.
    let maximumIterations: Int

    /// The volumes of a workload, to be looked up by name.
    struct Volumes {
        /// Their names.
        let names: Set<ExactString>
        /// Names of those that outlive a pod.
        let persistent: Set<ExactString>

        init(_ volumes: [Workload.Volume]) {
            names = Set(volumes.lazy.compactMap(\.name))
            persistent = Set(
                volumes.lazy.filter { $0.type == "pvc" && $0.claimName != nil }.compactMap(\.name)
            )
        }
    }

    /// The first failing check, nil when the loop can run.
    ///
    /// - Parameters:
    ///   - loop: of the step.
    ///   - volumes: that the step has: its own, else the run's.
    /// - Returns: what is wrong first.
    func fault(of loop: WorkflowLoop, volumes: @autoclosure () -> Volumes) -> Fault? {
        if areEnabled == false {
            return Fault(
                reason: .workflowLoopsDisabled,
                path: ".loop",
                message: "Forbidden: the controller runs no loops",
                remedy: "remove the loop, or switch loops on in the controller"
            )
        }
        return iterationFault(loop) ?? (loop.hasCondition ? conditionFault(loop) : nil)
            ?? stateFault(loop, volumes)
    }

    private func iterationFault(_ loop: WorkflowLoop) -> Fault? {
        let iterations = loop.maxIterations
        guard iterations < 1 || iterations > Double(maximumIterations) else { return nil }
        let number = Int(exactly: iterations).map(String.init) ?? "\(iterations)"
        let isTooFew = iterations < 1
        return Fault(
            reason: isTooFew ? .workflowLoopMaxIterationsInvalid : .workflowLoopMaxIterationsExceeded,
            path: ".loop.maxIterations",
            message: "Invalid value: \(number): must be \(isTooFew ? "at least 1" : "at most \(maximumIterations)")",
            remedy: "set it to a number from 1 to \(maximumIterations)"
        )
    }

    private func conditionFault(_ loop: WorkflowLoop) -> Fault? {
        if loop.expression == nil {
            return Fault(
                reason: .workflowLoopConditionExpressionMissing,
                path: ".loop.condition.expression",
                message: "Required value: a condition needs an expression",
                remedy: "write the CEL expression, or remove the condition"
            )
        }
        if let path = loop.path, !path.string.utf8.starts(with: "/".utf8) {
            return Fault(
                reason: .workflowLoopConditionPathInvalid,
                path: ".loop.condition.source.path",
                message: "Invalid value: \(VisibleText.quoted(path)): must be an absolute path",
                remedy: "start it with a slash"
            )
        }
        return choiceFault(loop.onMissing, .workflowLoopConditionOnMissingInvalid, ".loop.condition.source.onMissing")
            ?? choiceFault(loop.onInvalid, .workflowLoopConditionOnInvalidInvalid, ".loop.condition.source.onInvalid")
    }

    private func choiceFault(_ choice: WorkflowLoop.Choice, _ reason: Reason, _ path: StaticString) -> Fault? {
        let value: ExactString
        switch choice {
        case .absent, .text("stop"), .text("fail"): return nil
        case .text(let text), .notText(let text): value = text
        }
        return Fault(
            reason: reason,
            path: path,
            message: "Unsupported value: \(VisibleText.quoted(value)): must be stop or fail",
            remedy: "set it to stop or fail"
        )
    }

    // MARK: State

    private func stateFault(_ loop: WorkflowLoop, _ volumes: () -> Volumes) -> Fault? {
        func fault(_ reason: Reason, _ message: String, _ remedy: String) -> Fault {
            Fault(reason: reason, path: ".loop.state.volumeNames", message: message, remedy: remedy)
        }
        if loop.volumeNames.isEmpty {
            guard loop.requiresState else { return nil }
            let message = "Required value: state is required and no volume is named"
            return fault(.workflowLoopStateVolumeRequired, message, "name a volume of type pvc")
        }
        var seen: Set<ExactString> = []
        for name in loop.volumeNames where !seen.insert(name).inserted {
            let message = "Duplicate value: \(VisibleText.quoted(name))"
            return fault(.workflowLoopStateVolumeDuplicate, message, "name each volume once")
        }
        let volumes = volumes()
        for name in loop.volumeNames where !volumes.names.contains(name) {
            let message = "Invalid value: the step has no volume \(VisibleText.quoted(name))"
            let remedy = "add it to the workload's volumes, or correct the name"
            return fault(.workflowLoopStateVolumeMissing, message, remedy)
        }
        guard loop.requiresState, !loop.volumeNames.contains(where: volumes.persistent.contains) else { return nil }
        let message = "Invalid value: state is required and none of the volumes is of type pvc with a claimName"
        return fault(
            .workflowLoopStateVolumeNotPersistent,
            message,
            "name a volume of type pvc with a claimName"
        )
    }
}
