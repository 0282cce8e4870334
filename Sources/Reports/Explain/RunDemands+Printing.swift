internal import JSONPull
internal import Policy

extension RunDemands {
    /// Rows of one kind that a text shows; the JSON has them all.
    private static let maximumRows = 20

    /// Labels and texts; a text without a label goes on about the last one.
    var rows: [(label: String, text: String)] {
        let volumes = volumes.map { volume in
            let holds = volume.holds.map { " \($0)" } ?? ""
            return "\(volume.name) (\(volume.type)\(holds)) at \(volume.mountPath) from \(volume.source)"
        }
        return Self.rows("target", target.map(\.text)) + Self.rows("pod", pod.map(\.text))
            + Self.rows("volumes", volumes) + Self.rows("at worst", costs)
    }

    private static func rows(_ label: String, _ texts: [String]) -> [(label: String, text: String)] {
        let more = texts.count > maximumRows ? ["and \(texts.count - maximumRows) more"] : []
        return (texts.prefix(maximumRows) + more).enumerated().map { ($0.offset == 0 ? label : "", $0.element) }
    }

    private var costs: [String] {
        var costs: [String] = []
        if let worst {
            costs.append(Self.text(worst.attempts, "attempt", from: worst.attemptSources))
            let time = worst.isUnbounded ? (worst.seconds > 0 ? ", and steps without a time-out" : "") : ""
            costs.append(
                worst.isUnbounded && worst.seconds == 0
                    ? "any number of seconds: there is no time-out"
                    : Self.text(worst.seconds, "second", from: worst.secondSources) + time
            )
        }
        if let tokens { costs.append(Self.text(tokens, "token", from: [Self.tokenSource])) }
        return costs
    }

    private static func text(_ count: Int, _ noun: String, from sources: [String]) -> String {
        let source = sources.isEmpty ? "" : " from \(sources.joined(separator: ", "))"
        return "\(count) \(count == 1 ? noun : "\(noun)s")\(source)"
    }

    /// Writes `target`, `pod`, `volumes` and `atWorst` as members.
    func write(to writer: inout JSONWriter) {
        for (key, settings) in [("target", target), ("pod", pod)] {
            writer.escapedKey(key)
            writer.beginArray()
            for setting in settings { setting.write(to: &writer) }
            writer.endArray()
        }
        writer.key("volumes")
        writer.beginArray()
        for volume in volumes { volume.write(to: &writer) }
        writer.endArray()
        writer.key("atWorst")
        writer.beginObject()
        if let worst {
            writer.cost("attempts", worst.attempts, worst.attemptSources)
            writer.cost("seconds", worst.seconds, worst.secondSources, isUnbounded: worst.isUnbounded)
        }
        if let tokens { writer.cost("tokens", tokens, [Self.tokenSource]) }
        writer.endObject()
    }
}

extension RunDemands.Setting {
    fileprivate var text: String { "\(name) \(value) from \(source)" }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("value", value.string)
        writer.member("source", source)
        writer.endObject()
    }
}

extension RunDemands.Volume {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name.string)
        writer.member("type", type.string)
        if let holds { writer.member("holds", holds.string) }
        writer.member("mountPath", mountPath.string)
        writer.member("source", source)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func cost(_ key: StaticString, _ value: Int, _ sources: [String], isUnbounded: Bool? = nil) {
        self.key(key)
        beginObject()
        member("value", value)
        if let isUnbounded {
            self.key("isUnbounded")
            boolean(isUnbounded)
        }
        self.key("sources")
        beginArray()
        for source in sources { string(source) }
        endArray()
        endObject()
    }
}
