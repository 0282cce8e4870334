internal import AgentRuns
internal import JSONPull

/// What `spec.runtime.config` asks of pod and node, setting by setting.
struct PodReading {
    private(set) var settings: [RunDemands.Setting] = []

    init(_ pod: PodSettings) {
        add("priorityClassName", pod.priorityClass)
        add("schedulerName", pod.scheduler)
        for demand in pod.nodeDemands { add(demand) }
        for toleration in pod.tolerations {
            let key = toleration.key.isEmpty ? "every taint" : toleration.key.visible
            let source = FieldPath("spec.runtime.config.tolerations").item(toleration.index).text
            settings.append(.init("toleration", key, source))
        }
        add(pod.security)
        if let limit = pod.backoffLimit { add("backoffLimit", limit.written) }
    }

    private mutating func add(_ name: StaticString, _ value: ExactString?) {
        guard let value else { return }
        settings.append(.init(name, value.visible, "spec.runtime.config.\(name)"))
    }

    private mutating func add(_ demand: PodSettings.NodeDemand) {
        let isSelector = if case .selector = demand.place { true } else { false }
        let comparison = isSelector ? "" : " (\(VisibleText.word(demand.comparison ?? "no operator")))"
        settings.append(
            .init(
                isSelector ? "nodeSelector" : "nodeAffinity",
                ExactString("\(demand.key.visible)\(comparison)"),
                PodDemands.field(demand).text
            )
        )
    }

    private mutating func add(_ security: PodSettings.Security) {
        let isRoot = security.runsAsNonRoot.map { ExactString($0 ? "true" : "false") }
        let isHost = security.isHostProcess.map { ExactString($0 ? "true" : "false") }
        for (name, value) in [
            ("runAsUser", security.rootUser), ("runAsNonRoot", isRoot),
            ("seccompProfile.type", security.seccompProfile), ("appArmorProfile.type", security.appArmorProfile),
            ("seLinuxOptions.type", security.seLinuxType), ("seLinuxOptions.user", security.seLinuxUser),
            ("seLinuxOptions.role", security.seLinuxRole), ("windowsOptions.hostProcess", isHost),
        ] as [(StaticString, ExactString?)] {
            guard let value else { continue }
            settings.append(.init(name, value.visible, "spec.runtime.config.podSecurityContext.\(name)"))
        }
        let list = FieldPath("spec.runtime.config.podSecurityContext.sysctls")
        for sysctl in security.sysctls {
            settings.append(.init("sysctl", sysctl.name.visible, list.item(sysctl.index, ".name").text))
        }
    }
}
