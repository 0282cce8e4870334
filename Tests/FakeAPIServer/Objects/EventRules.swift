/// What the API server wants of an Event of `events.k8s.io/v1` (pkg/apis/core/validation/events.go).
enum EventRules {
    private static let nameLength = 128
    private static let noteLength = 1024

    /// - Throws: 422 for a new Event that is none.
    static func check(_ event: [String: Any], in namespace: String) throws(StatusError) {
        let regarding = event["regarding"] as? [String: Any] ?? [:]
        guard event["eventTime"] is String else { throw invalid("eventTime", "Required value") }
        for field in ["reportingController", "reportingInstance", "action", "reason"] {
            guard let text = event[field] as? String, !text.isEmpty else { throw invalid(field, "Required value") }
            guard text.utf8.count <= nameLength else {
                throw invalid(field, "can have at most \(nameLength) characters")
            }
        }
        guard (event["note"] as? String ?? "").utf8.count <= noteLength else {
            throw invalid("note", "can have at most \(noteLength) characters")
        }
        guard let type = event["type"] as? String, ["Normal", "Warning"].contains(type) else {
            throw invalid("type", "has invalid value")
        }
        guard regarding["namespace"] as? String == namespace || namespace == "default" else {
            throw invalid("involvedObject.namespace", "does not match event.namespace")
        }
        for field in ["deprecatedCount", "deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedSource"] {
            guard event[field] == nil else { throw invalid(field, "needs to be unset") }
        }
        let metadata = event["metadata"] as? [String: Any] ?? [:]
        guard let name = metadata["name"] as? String, isSubdomain(name) else {
            throw invalid("metadata.name", "a lowercase RFC 1123 subdomain must consist of lower case characters")
        }
        try checkSeries(event)
    }

    /// - Throws: 422 where something else than the series is another one.
    static func check(
        _ event: [String: Any],
        replacing old: [String: Any],
        in namespace: String
    ) throws(StatusError) {
        for (field, value) in old where field != "series" && field != "metadata" {
            guard JSONObject.areEqual(value, event[field]) else { throw invalid(field, "field is immutable") }
        }
        try checkSeries(event)
    }

    private static func checkSeries(_ event: [String: Any]) throws(StatusError) {
        guard let series = event["series"] as? [String: Any] else { return }
        guard let count = series["count"] as? Int, count >= 2 else {
            throw invalid("series.count", "should be at least 2")
        }
        guard series["lastObservedTime"] is String else { throw invalid("series.lastObservedTime", "Required value") }
    }

    private static func isSubdomain(_ name: String) -> Bool {
        name.utf8.count <= 253
            && name.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/) != nil
    }

    private static func invalid(_ field: String, _ message: String) -> StatusError {
        StatusError(code: 422, reason: "Invalid", message: "Event is invalid: \(field): \(message)")
    }
}
