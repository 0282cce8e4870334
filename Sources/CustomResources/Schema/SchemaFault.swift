internal import JSONPull

/// Something the API server would say of an object.
package struct SchemaFault: Sendable, Equatable {
    package enum Kind: Sendable {
        /// The API server refuses the object.
        case invalid
        /// It drops the field, and kubectl, which asks for strict validation by default, ends with an error.
        case unknownField
        /// It checks something that is not checked here.
        case notChecked
    }

    package var kind: Kind
    /// As the API server writes paths: `spec.workflow.steps[1].name`; empty for the object itself.
    package var field: String
    /// In the API server's grammar, without the path: `Unsupported value: "Job": supported values: "job"`.
    package var message: String
    /// How to put it right.
    package var remedy: String
    /// Where in the object's JSON it stands.
    package var offset: Int
    /// What was probably meant: another key where the field is unknown, else another text as its value.
    package var suggestion: String?

    package init(
        _ kind: Kind,
        field: String,
        message: String,
        remedy: String,
        offset: Int,
        suggestion: String? = nil
    ) {
        (self.kind, self.field, self.message, self.remedy, self.offset) = (kind, field, message, remedy, offset)
        self.suggestion = suggestion
    }
}

/// What checking an object may cost, whatever it and its schema say.
package enum SchemaLimits {
    /// Faults told of one object; a person reads them.
    package static let maximumFaults = 50
    /// Levels of a schema: the structural schemas of projects have a dozen.
    package static let maximumDepth = 100
    /// Nodes of all schemas that are read: a CustomResourceDefinition has at most 1 MiB or so, 10 bytes a node at the least.
    package static let maximumNodes = 1_000_000
    /// Steps that the rules of one object may take all together; the API server's own bound is of another measure.
    package static let maximumSteps = 1_000_000
    /// Units of looking for what is near to unknown names of one object, which are 10 ms; a typing error is some hundreds.
    package static let maximumNameWork = 2_000_000
    /// Bytes of one rule.
    package static let maximumRuleBytes = 16 << 10
    /// States of a pattern's machine, and with that the steps a character costs.
    package static let maximumPatternStates = 4096
}
