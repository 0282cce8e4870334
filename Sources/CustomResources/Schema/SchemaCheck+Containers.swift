internal import JSONPull

extension SchemaCheck {
    // MARK: Objects

    mutating func checkObject(
        _ reader: inout JSONReader,
        _ schema: StructuralSchema,
        isRoot: Bool = false,
        dropsStatus: Bool = false
    ) throws(JSONError) {
        _ = try reader.peek()
        let start = reader.position
        guard try reader.enterObject() else { return }
        var seen: Set<ExactString> = []
        var count = 0
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let name = ExactString(key.string)
            let keyOffset = reader.keyOffset
            if isRoot || schema.isEmbedded, name == "apiVersion" || name == "kind" || name == "metadata" {
                seen.insert(name)
                try reader.skipValue()
                continue
            }
            let member = member(name, of: schema)
            // The API server takes null for absent, unless null is a value there.
            if try reader.peek() == .null, case .known(let known) = member, !known.isNullable {
                try reader.skipValue()
                continue
            }
            count += 1
            if !schema.required.isEmpty { seen.insert(name) }
            path.steps.append(.member(name))
            anchors.append(keyOffset)
            defer {
                path.steps.removeLast()
                anchors.removeLast()
            }
            switch member {
            case .known(let known):
                let wasUnknownAlone = countsUnknownAlone
                if isRoot, dropsStatus, name == "status" { countsUnknownAlone = true }
                try check(&reader, known)
                countsUnknownAlone = wasUnknownAlone
            case .anything: try reader.skipValue()
            case .unknown:
                try reader.skipValue()
                addUnknown(name, in: schema, at: keyOffset)
            }
        }
        checkRequired(schema, seen, at: start)
        checkCount(count, schema, "items", at: start)
        if isRoot, !schema.validations.isEmpty {
            pending.append(PendingRules(schema: schema, field: "", range: start..<reader.position, anchor: 0))
        }
    }

    private enum Member {
        case known(StructuralSchema)
        case anything
        case unknown
    }

    private func member(_ name: ExactString, of schema: StructuralSchema) -> Member {
        if let property = schema.properties[name] { return .known(property) }
        switch schema.additional {
        case .schema(let schema): return .known(schema)
        case .any: return .anything
        case .none: return schema.preservesUnknown || schema.type == nil ? .anything : .unknown
        }
    }

    private mutating func addUnknown(_ name: ExactString, in schema: StructuralSchema, at offset: Int) {
        if isFull { return }
        let nearest = nearNames.nearest(to: name, among: schema.properties.keys)
        if schema.isPartial, nearest == nil { return }
        add(
            .unknownField,
            "unknown field \"\(path.text)\"",
            "correct its name\(NearNames.hint(nearest)), or remove it: the API server drops it",
            at: offset,
            suggestion: nearest?.string
        )
    }

    private mutating func checkRequired(_ schema: StructuralSchema, _ seen: Set<ExactString>, at offset: Int) {
        for name in schema.required where !seen.contains(name) {
            // What has a default is filled in before anybody looks.
            if schema.properties[name]?.hasDefault == true { continue }
            path.steps.append(.member(name))
            add(.invalid, "Required value", "write it", at: offset)
            path.steps.removeLast()
        }
    }

    private mutating func checkCount(_ count: Int, _ schema: StructuralSchema, _ unit: String, at offset: Int) {
        if let maximum = schema.maximumCount, count > maximum {
            add(.invalid, "Too many: \(count): must have at most \(maximum) \(unit)", "take some away", at: offset)
        }
        if let minimum = schema.minimumCount, count < minimum {
            add(.invalid, "Invalid value: \(count): should have at least \(minimum) \(unit)", "add more", at: offset)
        }
    }

    // MARK: Lists

    mutating func checkArray(_ reader: inout JSONReader, _ schema: StructuralSchema) throws(JSONError) {
        let start = reader.position
        guard try reader.enterArray() else { return }
        let isKeyed = schema.isUnique || schema.listType != .atomic
        var seen: [ExactString: Int] = [:]
        var count = 0
        var isFirst = true
        while try reader.nextElement(&isFirst) {
            _ = try reader.peek()
            let offset = reader.position
            path.steps.append(.element(count))
            anchors.append(offset)
            defer {
                path.steps.removeLast()
                anchors.removeLast()
            }
            if let items = schema.items { try check(&reader, items) } else { try reader.skipValue() }
            count += 1
            guard isKeyed else { continue }
            let value = reader.text(of: offset..<reader.position)
            let key =
                schema.listType == .map
                ? CanonicalJSON.members(schema.listKeys, of: value) : CanonicalJSON.text(of: value)
            if let first = seen[key] {
                add(.invalid, "Duplicate value: the same as [\(first)]", "remove one of them", at: offset)
            } else {
                seen[key] = count - 1
            }
        }
        checkCount(count, schema, "items", at: start)
    }
}
