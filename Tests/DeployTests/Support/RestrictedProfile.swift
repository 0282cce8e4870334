/// The restricted profile of the Pod Security Standards, as the API server enforces it for the namespace.
enum RestrictedProfile {
    /// Kinds of volumes a pod may have.
    private static let volumes: Set = [
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
    ]

    /// What of a pod's spec breaks it, in words.
    static func violations(of pod: Value) -> [String] {
        var violations: [String] = []
        for key in ["hostNetwork", "hostPID", "hostIPC"] where pod[key] != .null && pod[key] != .bool(false) {
            violations.append(key)
        }
        for volume in pod["volumes"].array where !Set(volume.object.keys).subtracting(["name"]).isSubset(of: volumes) {
            violations.append("volume \(volume["name"].string ?? "")")
        }
        if pod["securityContext"]["sysctls"] != .null { violations.append("sysctls") }
        let containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { pod[$0].array }
        if containers.isEmpty { violations.append("no container") }
        return violations + containers.flatMap { self.violations(of: $0, in: pod["securityContext"]) }
    }

    private static func violations(of container: Value, in pod: Value) -> [String] {
        let context = container["securityContext"]
        var violations: [String] = []
        func inherited(_ key: String) -> Value { context[key] == .null ? pod[key] : context[key] }
        if context["privileged"] != .null, context["privileged"] != .bool(false) { violations.append("privileged") }
        if context["allowPrivilegeEscalation"] != .bool(false) { violations.append("allowPrivilegeEscalation") }
        if inherited("runAsNonRoot") != .bool(true) { violations.append("runAsNonRoot") }
        if inherited("runAsUser") == .number(0) { violations.append("runAsUser") }
        if !context["capabilities"]["drop"].strings.contains("ALL") { violations.append("capabilities.drop") }
        if !Set(context["capabilities"]["add"].strings).isSubset(of: ["NET_BIND_SERVICE"]) {
            violations.append("capabilities.add")
        }
        if !["RuntimeDefault", "Localhost"].contains(inherited("seccompProfile")["type"].string) {
            violations.append("seccompProfile")
        }
        if context["procMount"] != .null { violations.append("procMount") }
        if container["ports"].array.contains(where: { $0["hostPort"] != .null }) { violations.append("hostPort") }
        return violations
    }
}
