import Foundation

/// JSON objects as Foundation has them.
enum JSONObject {
    /// Nil for anything that is no JSON object.
    static func decode(_ bytes: [UInt8]) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    }

    /// Compact, the members sorted.
    static func encode(_ object: [String: Any]) -> [UInt8] {
        let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return data.map { Array($0) } ?? []
    }

    /// An object of the API in the order of a real server, and where its type members end if lists leave them out.
    static func encode(_ object: [String: Any], of resource: FakeResource) -> (bytes: [UInt8], typeEnd: Int) {
        guard resource.isBuiltIn else { return (encode(object), 0) }
        var rest = object
        rest["kind"] = nil
        rest["apiVersion"] = nil
        let kind = object["kind"] as? String ?? ""
        let type = Array("{\"kind\":\"\(kind)\",\"apiVersion\":\"\(resource.apiVersion)\",".utf8)
        return (type + encode(rest).dropFirst(), type.count)
    }

    /// `text` as a JSON string.
    static func quote(_ text: String) -> String {
        let data = try? JSONSerialization.data(
            withJSONObject: text,
            options: [.fragmentsAllowed, .withoutEscapingSlashes]
        )
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    static func areEqual(_ left: Any?, _ right: Any?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return NSDictionary(object: left, forKey: "" as NSString)
            .isEqual(to: [AnyHashable(""): right])
    }

    /// `patch` applied to `target`: RFC 7396.
    static func merge(_ patch: [String: Any], into target: [String: Any]) -> [String: Any] {
        var result = target
        for (name, value) in patch {
            if value is NSNull {
                result[name] = nil
            } else if let value = value as? [String: Any] {
                result[name] = merge(value, into: result[name] as? [String: Any] ?? [:])
            } else {
                result[name] = value
            }
        }
        return result
    }

    /// Items of a list merged by their `name`; those that are new follow the old ones.
    static func merge(_ patch: [[String: Any]], into target: [[String: Any]]) -> [[String: Any]] {
        var result = target
        for change in patch {
            let name = change["name"] as? String
            if let index = result.firstIndex(where: { $0["name"] as? String == name }) {
                result[index] = merge(change, into: result[index])
            } else {
                result.append(change)
            }
        }
        return result
    }
}
