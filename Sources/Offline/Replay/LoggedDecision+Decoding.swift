internal import AgentRuns
package import JSONPull
package import Reports

extension LoggedDecision {
    /// Reads a line of the decision log.
    package init(_ line: [UInt8]) throws(JSONError) {
        var decision = LoggedDecision()
        try JSONReader.read(line) { reader throws(JSONError) in try decision.read(&reader) }
        self = decision
    }

    private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        var decision = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "time": decision.time = try reader.readString().flatMap { Timestamp(ExactString($0)) }
            case "uid": decision.uid = try reader.readString() ?? ""
            case "error": decision.error = try reader.readString()
            case "dropped": decision.dropped = try reader.readNumber().flatMap { Int($0) }
            case "notReplayable": decision.notReplayable = try reader.readString()
            case "replay": decision.replay = try reader.skipValue()
            case "verdict": try decision.readVerdict(&reader)
            default: try reader.skipValue()
            }
        }
        self = decision
    }

    private mutating func readVerdict(_ reader: inout JSONReader) throws(JSONError) {
        var decision = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "operation": decision.operation = try reader.readString() ?? ""
            case "allowed": decision.allowed = try reader.readBoolean()
            case "moreFindings": decision.moreFindings = try reader.readNumber().flatMap { Int($0) } ?? 0
            case "object": try decision.readObject(&reader)
            case "findings":
                guard try reader.enterArray() else { return }
                var isFirst = true
                while try reader.nextElement(&isFirst) { decision.findings.append(try Finding(&reader)) }
            default: try reader.skipValue()
            }
        }
        self = decision
    }

    private mutating func readObject(_ reader: inout JSONReader) throws(JSONError) {
        var decision = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "kind": decision.kind = try reader.readString() ?? ""
            case "namespace": decision.namespace = try reader.readString() ?? ""
            case "name": decision.name = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        self = decision
    }
}

extension LoggedDecision.Finding {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var finding = Self()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "rule": finding.rule = try reader.readString() ?? ""
            case "reason": finding.reason = try reader.readString() ?? ""
            case "action": finding.action = try reader.readString() ?? ""
            case "field": finding.field = try reader.readString() ?? ""
            case "message": finding.message = try reader.readString() ?? ""
            case "exemption": finding.exemption = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        self = finding
    }
}
