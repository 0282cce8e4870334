internal import JSONPull

/// Reads `openAPIV3Schema`.
struct SchemaReading {
    private var nodes = 0

    /// The next value as a schema; one that is no object says nothing.
    mutating func schema(_ reader: inout JSONReader, depth: Int = 0) throws(JSONError) -> StructuralSchema {
        let schema = StructuralSchema()
        nodes += 1
        guard depth < SchemaLimits.maximumDepth, nodes < SchemaLimits.maximumNodes, try reader.peek() == .object else {
            try reader.skipValue()
            return schema
        }
        guard try reader.enterObject() else { return schema }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) { try readMember(key, &reader, schema, depth) }
        return schema
    }

    private mutating func readMember(
        _ key: JSONKey,
        _ reader: inout JSONReader,
        _ schema: StructuralSchema,
        _ depth: Int
    ) throws(JSONError) {
        switch key {
        case "type": schema.type = try reader.readString().flatMap { StructuralSchema.ValueType(rawValue: $0) }
        case "properties": schema.properties = try schemas(&reader, depth)
        case "additionalProperties": try readAdditional(&reader, schema, depth)
        case "items": schema.items = try self.schema(&reader, depth: depth + 1)
        case "allOf": schema.allOf = try list(&reader, depth)
        case "anyOf": schema.anyOf = try list(&reader, depth)
        case "oneOf": schema.oneOf = try list(&reader, depth)
        case "not": schema.not = try self.schema(&reader, depth: depth + 1)
        case "required": schema.required = try texts(&reader)
        case "enum":
            var values: [ExactString] = []
            try reader.readElements { reader, _ throws(JSONError) in
                let range = try reader.skipValue()
                values.append(CanonicalJSON.text(of: reader.text(of: range)))
            }
            schema.enumeration = values
        case "default":
            schema.hasDefault = true
            try reader.skipValue()
        case "nullable": schema.isNullable = try reader.readBoolean() ?? false
        case "x-kubernetes-preserve-unknown-fields": schema.preservesUnknown = try reader.readBoolean() ?? false
        case "x-kubernetes-int-or-string": schema.isIntegerOrString = try reader.readBoolean() ?? false
        case "x-kubernetes-embedded-resource": schema.isEmbedded = try reader.readBoolean() ?? false
        case "x-kubernetes-list-type":
            schema.listType = try reader.readString().flatMap { StructuralSchema.ListType(rawValue: $0) } ?? .atomic
        case "x-kubernetes-list-map-keys": schema.listKeys = try texts(&reader)
        case "x-kubernetes-validations":
            try reader.readElements { reader, _ throws(JSONError) in
                schema.validations.append(try ValidationRule(&reader))
            }
        default: try readBound(key, &reader, schema)
        }
    }

    private func readBound(
        _ key: JSONKey,
        _ reader: inout JSONReader,
        _ schema: StructuralSchema
    ) throws(JSONError) {
        switch key {
        case "pattern":
            guard let text = try reader.readString(), !text.utf8.isEmpty else { return }
            schema.pattern = LinearPattern(ExactString(text))
            if schema.pattern == nil { schema.unreadPattern = text }
        case "format": schema.format = try reader.readString()
        case "minLength", "minItems", "minProperties": schema.minimumCount = try reader.readNumber().flatMap { Int($0) }
        case "maxLength", "maxItems", "maxProperties": schema.maximumCount = try reader.readNumber().flatMap { Int($0) }
        case "minimum": schema.minimum = Self.bound(try reader.readNumber(), schema.minimum)
        case "maximum": schema.maximum = Self.bound(try reader.readNumber(), schema.maximum)
        case "exclusiveMinimum":
            if try reader.readBoolean() == true { schema.minimum = Self.exclusive(schema.minimum) }
        case "exclusiveMaximum":
            if try reader.readBoolean() == true { schema.maximum = Self.exclusive(schema.maximum) }
        case "multipleOf": schema.multipleOf = try reader.readNumber().flatMap { Double($0) }
        case "uniqueItems": schema.isUnique = try reader.readBoolean() ?? false
        default: try reader.skipValue()
        }
    }

    /// A bound with its number; what was read of it before may be that it is exclusive.
    private static func bound(
        _ text: String?,
        _ before: StructuralSchema.NumberBound?
    ) -> StructuralSchema.NumberBound? {
        guard let text, let value = Double(text) else { return before }
        return StructuralSchema.NumberBound(value: value, text: text, isExclusive: before?.isExclusive ?? false)
    }

    /// The bound as one that is out itself; a NaN, which nothing is beyond, until there is a number.
    private static func exclusive(_ bound: StructuralSchema.NumberBound?) -> StructuralSchema.NumberBound {
        var bound = bound ?? StructuralSchema.NumberBound(value: .nan, text: "")
        bound.isExclusive = true
        return bound
    }

    private mutating func readAdditional(
        _ reader: inout JSONReader,
        _ schema: StructuralSchema,
        _ depth: Int
    ) throws(JSONError) {
        if try reader.peek() == .boolean {
            schema.additional = try reader.readBoolean() == true ? .any : .none
        } else {
            schema.additional = .schema(try self.schema(&reader, depth: depth + 1))
        }
    }

    private mutating func schemas(
        _ reader: inout JSONReader,
        _ depth: Int
    ) throws(JSONError) -> [ExactString: StructuralSchema] {
        var found: [ExactString: StructuralSchema] = [:]
        guard try reader.enterObject() else { return found }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let name = ExactString(key.string)
            found[name] = try schema(&reader, depth: depth + 1)
        }
        return found
    }

    private mutating func list(_ reader: inout JSONReader, _ depth: Int) throws(JSONError) -> [StructuralSchema] {
        var found: [StructuralSchema] = []
        guard try reader.enterArray() else { return found }
        var isFirst = true
        while try reader.nextElement(&isFirst) { found.append(try schema(&reader, depth: depth + 1)) }
        return found
    }

    private func texts(_ reader: inout JSONReader) throws(JSONError) -> [ExactString] {
        var found: [ExactString] = []
        try reader.readElements { reader, _ throws(JSONError) in
            if let text = try reader.readString() { found.append(ExactString(text)) }
        }
        return found
    }
}
