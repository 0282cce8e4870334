package import JSONPull

/// What the API server checks of a value: a node of a CustomResourceDefinition's `openAPIV3Schema` (apiextensions.k8s.io/v1
/// `JSONSchemaProps`), which says of each member what it may be.
///
/// A class because nodes refer to nodes; nothing changes once it is made.
// Unchecked: properties are set while the schema is read, by the one who reads it, and never after that.
package final class StructuralSchema: @unchecked Sendable {
    package enum ValueType: String, Sendable {
        case object
        case array
        case string
        case integer
        case number
        case boolean
    }

    /// What members without a property of their own may be.
    package enum Additional {
        /// Nothing says so: they are unknown.
        case none
        case any
        case schema(StructuralSchema)
    }

    /// How lists are merged, and with that, which elements may be there twice.
    package enum ListType: String, Sendable {
        case atomic
        case set
        case map
    }

    /// Nil for any type.
    package var type: ValueType?
    package var properties: [ExactString: StructuralSchema] = [:]
    package var additional = Additional.none
    package var items: StructuralSchema?
    package var required: [ExactString] = []
    /// The values allowed, as canonical JSON; nil for all.
    package var enumeration: [ExactString]?
    package var pattern: LinearPattern?
    /// Of a pattern that is beyond ``LinearPattern``, its text.
    package var unreadPattern: String?
    package var format: String?
    /// Characters, elements or members, by type.
    package var minimumCount: Int?
    package var maximumCount: Int?
    package var minimum: NumberBound?
    package var maximum: NumberBound?
    package var multipleOf: Double?
    package var isUnique = false
    package var isNullable = false
    package var hasDefault = false
    package var preservesUnknown = false
    package var isIntegerOrString = false
    /// Whether it is an object of Kubernetes inside of one, which has `apiVersion`, `kind` and `metadata` without a word.
    package var isEmbedded = false
    package var listType = ListType.atomic
    package var listKeys: [ExactString] = []
    package var validations: [ValidationRule] = []
    package var allOf: [StructuralSchema] = []
    package var anyOf: [StructuralSchema] = []
    package var oneOf: [StructuralSchema] = []
    package var not: StructuralSchema?
    /// Whether unknown members are told only where a known one is near: the statement does not claim to be whole.
    package var isPartial = false

    package init(_ type: ValueType? = nil) {
        self.type = type
    }

    /// A bound, and whether the bound itself is out.
    package struct NumberBound: Sendable {
        package var value: Double
        package var text: String
        package var isExclusive = false
    }
}
