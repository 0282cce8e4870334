package import JSONPull

/// What `spec.runtime.config` says of the runner's pod, which the controller copies as it is written.
///
/// A class, made only for a run that says anything. Values of another JSON type than the field's are left out.
// Unchecked: nothing is set after the initialiser of the runtime that reads it has returned.
package final class PodSettings: @unchecked Sendable {
    /// `podSecurityContext`, as far as the restricted Pod Security Standard looks at it.
    package struct Security: Sendable {
        /// `runAsUser` as it is written, where that is the number 0.
        package fileprivate(set) var rootUser: ExactString?
        /// `runAsNonRoot`.
        package fileprivate(set) var runsAsNonRoot: Bool?
        /// `seccompProfile.type` and `appArmorProfile.type`.
        package fileprivate(set) var (seccompProfile, appArmorProfile): (ExactString?, ExactString?)
        /// `sysctls[i].name`.
        package fileprivate(set) var sysctls: [IndexedName] = []
        /// `type`, `user` and `role` of `seLinuxOptions`.
        package fileprivate(set) var (seLinuxType, seLinuxUser, seLinuxRole): (ExactString?, ExactString?, ExactString?)
        /// `windowsOptions.hostProcess`.
        package fileprivate(set) var isHostProcess: Bool?
    }

    /// A demand on the labels of the node.
    package struct NodeDemand: Sendable {
        /// Where it is written.
        package enum Place: Sendable {
            case selector
            /// `matchExpressions`, or `matchFields`, of a required or a preferred term.
            case affinity(isRequired: Bool, term: Int, isField: Bool, index: Int)
        }

        package let place: Place
        package let key: ExactString
        /// `In` for a selector; nil where none is written.
        package let comparison: ExactString?
    }

    /// One of `tolerations` that is an object.
    package struct Toleration: Sendable {
        package let index: Int
        /// Empty where there is none: it tolerates every key.
        package let key: ExactString
    }

    private enum DemandingMember {
        case selector
        case required
        case preferred
    }

    package private(set) var security = Security()
    /// `priorityClassName` and `schedulerName`, trimmed.
    package private(set) var (priorityClass, scheduler): (ExactString?, ExactString?)
    /// Of `nodeSelector` and `affinity.nodeAffinity`, in the order they are written; of one that is written again the last.
    package var nodeDemands: [NodeDemand] { demands.flatMap(\.all) }
    /// One list for each member that has demands, so that the next of the same name takes its place whatever the others have.
    private var demands: [(member: DemandingMember, all: [NodeDemand])] = []
    package private(set) var tolerations: [Toleration] = []
    /// `backoffLimit`, truncated, at least 0, and as it is written; nil when it is no number.
    package private(set) var backoffLimit: (value: Double, written: ExactString)?

    init() {}

    /// Whether `key` of the config is one of these.
    static func isOne(_ key: JSONKey) -> Bool {
        switch key {
        case "podSecurityContext", "priorityClassName", "schedulerName", "nodeSelector", "affinity", "tolerations",
            "backoffLimit":
            true
        default: false
        }
    }

    /// Reads the value at `key` of the config, passes over that of another.
    func read(_ key: JSONKey, _ reader: inout JSONReader) throws(JSONError) {
        switch key {
        case "podSecurityContext": security = try Security(&reader)
        case "priorityClassName": priorityClass = try reader.readNonBlank()
        case "schedulerName": scheduler = try reader.readNonBlank()
        case "nodeSelector": try readSelector(&reader)
        case "affinity": try readAffinity(&reader)
        case "tolerations": try readTolerations(&reader)
        case "backoffLimit": try readBackoffLimit(&reader)
        default: try reader.skipValue()
        }
    }

    private func readBackoffLimit(_ reader: inout JSONReader) throws(JSONError) {
        _ = try reader.peek()
        let start = reader.position
        let value = try reader.readWholeNumber()
        backoffLimit = value > 0 ? (value, reader.text(of: start..<reader.position)) : nil
    }

    private func readTolerations(_ reader: inout JSONReader) throws(JSONError) {
        tolerations = []
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            guard try reader.peek() == .object else {
                try reader.skipValue()
                return
            }
            // Nil for a key that is no string.
            var written: ExactString? = ""
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "key":
                    let isNull = try reader.peek() == .null
                    written = try reader.readExactString() ?? (isNull ? "" : nil)
                default: try reader.skipValue()
                }
            }
            if let written { self.tolerations.append(Toleration(index: index, key: written)) }
        }
    }

    // MARK: Nodes

    private func readSelector(_ reader: inout JSONReader) throws(JSONError) {
        let list = begin(.selector)
        try reader.readMembers { reader, key throws(JSONError) in
            try reader.countKept()
            guard try reader.peek() == .string else {
                try reader.skipValue()
                return
            }
            let name = ExactString(key.string)
            try reader.skipValue()
            self.demands[list].all.append(NodeDemand(place: .selector, key: name, comparison: "In"))
        }
    }

    /// Where the demands of a member go, of which there are none yet.
    private func begin(_ member: DemandingMember) -> Int {
        if let known = demands.firstIndex(where: { $0.member == member }) {
            demands[known].all = []
            return known
        }
        demands.append((member, []))
        return demands.count - 1
    }

    private func removeAffinity() {
        for index in demands.indices where demands[index].member != .selector { demands[index].all = [] }
    }

    private func readAffinity(_ reader: inout JSONReader) throws(JSONError) {
        removeAffinity()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "nodeAffinity": try self.readNodeAffinity(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private func readNodeAffinity(_ reader: inout JSONReader) throws(JSONError) {
        removeAffinity()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "requiredDuringSchedulingIgnoredDuringExecution":
                _ = self.begin(.required)
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "nodeSelectorTerms":
                        let list = self.begin(.required)
                        try reader.readElements { reader, term throws(JSONError) in
                            try self.readTerm(&reader, isRequired: true, term, into: list)
                        }
                    default: try reader.skipValue()
                    }
                }
            case "preferredDuringSchedulingIgnoredDuringExecution":
                let list = self.begin(.preferred)
                try reader.readElements { reader, term throws(JSONError) in
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "preference": try self.readTerm(&reader, isRequired: false, term, into: list)
                        default: try reader.skipValue()
                        }
                    }
                }
            default: try reader.skipValue()
            }
        }
    }

    private func readTerm(
        _ reader: inout JSONReader,
        isRequired: Bool,
        _ term: Int,
        into list: Int
    ) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "matchExpressions": try self.readDemands(&reader, isRequired, term, isField: false, into: list)
            case "matchFields": try self.readDemands(&reader, isRequired, term, isField: true, into: list)
            default: try reader.skipValue()
            }
        }
    }

    private func readDemands(
        _ reader: inout JSONReader,
        _ isRequired: Bool,
        _ term: Int,
        isField: Bool,
        into list: Int
    ) throws(JSONError) {
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            var (name, comparison): (ExactString?, ExactString?)
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "key": name = try reader.readExactString()
                case "operator": comparison = try reader.readExactString()
                default: try reader.skipValue()
                }
            }
            guard let name else { return }
            let place = NodeDemand.Place.affinity(isRequired: isRequired, term: term, isField: isField, index: index)
            self.demands[list].all.append(NodeDemand(place: place, key: name, comparison: comparison))
        }
    }
}

extension PodSettings.Security {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var security = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "runAsUser": security.rootUser = try Self.readZero(&reader)
            case "runAsNonRoot": security.runsAsNonRoot = try reader.readBoolean()
            case "seccompProfile": security.seccompProfile = try reader.readExactString(member: "type")
            case "appArmorProfile": security.appArmorProfile = try reader.readExactString(member: "type")
            case "sysctls": security.sysctls = try Self.readSysctls(&reader)
            case "seLinuxOptions": try security.readSELinux(&reader)
            case "windowsOptions": security.isHostProcess = try Self.readHostProcess(&reader)
            default: try reader.skipValue()
            }
        }
        self = security
    }

    /// A number that is 0, as it is written.
    private static func readZero(_ reader: inout JSONReader) throws(JSONError) -> ExactString? {
        guard let text = try reader.readNumber(), Double(text) == 0 else { return nil }
        return ExactString(text)
    }

    private static func readSysctls(_ reader: inout JSONReader) throws(JSONError) -> [IndexedName] {
        var names: [IndexedName] = []
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            if let name = try reader.readExactString(member: "name") {
                names.append(IndexedName(index: index, name: name))
            }
        }
        return names
    }

    private mutating func readSELinux(_ reader: inout JSONReader) throws(JSONError) {
        var (type, user, role): (ExactString?, ExactString?, ExactString?)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": type = try reader.readExactString()
            case "user": user = try reader.readExactString()
            case "role": role = try reader.readExactString()
            default: try reader.skipValue()
            }
        }
        // An empty one is none.
        (seLinuxType, seLinuxUser) = (type == "" ? nil : type, user == "" ? nil : user)
        seLinuxRole = role == "" ? nil : role
    }

    private static func readHostProcess(_ reader: inout JSONReader) throws(JSONError) -> Bool? {
        var isHostProcess: Bool?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "hostProcess": isHostProcess = try reader.readBoolean()
            default: try reader.skipValue()
            }
        }
        return isHostProcess
    }
}

extension JSONReader {
    /// `member` of an object, as it is, where it is a string.
    fileprivate mutating func readExactString(member: StaticString) throws(JSONError) -> ExactString? {
        var text: ExactString?
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case member: text = try reader.readExactString()
            default: try reader.skipValue()
            }
        }
        return text
    }
}
