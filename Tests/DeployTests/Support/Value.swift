import Foundation
import JSONPull
import YAMLPull

/// A value of a manifest; what is absent reads as null, so a path can be followed without asking at every step.
enum Value: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    /// A YAML document that is no JSON.
    struct NotReadable: Error {
        var reason: String
    }

    /// The documents of YAML or JSON text.
    static func documents(_ text: String) throws -> [Value] {
        var documents: [Value] = []
        try YAMLReader.documents(in: Array(text.utf8)) { (result) throws(NotReadable) in
            switch result {
            case .failure(let error): throw NotReadable(reason: error.description)
            case .success(let document):
                do {
                    documents.append(try JSONDecoder().decode(Value.self, from: Data(document.json)))
                } catch {
                    throw NotReadable(reason: "\(error)")
                }
            }
        }
        return documents
    }

    subscript(key: String) -> Value { object[key] ?? .null }

    var object: [String: Value] {
        if case .object(let members) = self { members } else { [:] }
    }

    var array: [Value] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    var int: Int? {
        if case .number(let number) = self { Int(exactly: number) } else { nil }
    }

    /// The elements that are strings.
    var strings: [String] { array.compactMap(\.string) }

    /// The members that are strings.
    var stringMembers: [String: String] { object.compactMapValues(\.string) }
}

extension Value: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let elements = try? container.decode([Value].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: Value].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}
