internal import JSONPull

/// Walks over an object's JSON beside its schema and notes what the API server would refuse: in one pass, without a tree.
///
/// Wording and order are those of k8s.io/kube-openapi's validation and of apimachinery's field errors, as far as they are one
/// line. As the API server does, it takes a member that is null for absent unless it may be null, and rules in CEL are evaluated
/// only where nothing else is wrong.
package struct SchemaCheck {
    /// A value that rules are about, kept until the walk is over.
    struct PendingRules {
        let schema: StructuralSchema
        let field: String
        let range: Range<Int>
        /// Where the value is told to be.
        let anchor: Int
    }

    package internal(set) var faults: [SchemaFault] = []
    var path = FieldSteps()
    /// Where each step of the path stands: the key of a member, the element of a list.
    var anchors: [Int] = []
    var pending: [PendingRules] = []
    /// How many of the faults refuse the object, those that are not told counted, too.
    private var invalidCount = 0
    /// Whether only unknown fields count: of what the API server drops before it looks at values.
    var countsUnknownAlone = false
    /// What cannot be checked, each told once.
    private var unchecked: Set<ExactString> = []
    var nearNames: NearNames

    init(nearNames: NearNames = NearNames()) {
        self.nearNames = nearNames
    }

    /// What the API server would say of an object by its schema.
    ///
    /// - Parameters:
    ///   - object: its JSON.
    ///   - schema: of the whole object.
    ///   - dropsStatus: whether a `status` is dropped when the object is created.
    /// - Returns: in the order of the walk.
    package static func faults(
        in object: UnsafeRawBufferPointer,
        by schema: StructuralSchema,
        dropsStatus: Bool
    ) -> [SchemaFault] {
        unsafe check(object, by: schema, dropsStatus: dropsStatus).faults
    }

    /// The check of an object when it is done.
    static func check(
        _ object: UnsafeRawBufferPointer,
        by schema: StructuralSchema,
        dropsStatus: Bool = false
    ) -> SchemaCheck {
        var check = SchemaCheck()
        do throws(JSONError) {
            try unsafe JSONReader.read(object) { reader throws(JSONError) in
                try check.checkRoot(&reader, schema, dropsStatus: dropsStatus)
            }
        } catch {
            // These bytes have been read before.
        }
        if check.invalidCount == 0, !check.pending.isEmpty {
            unsafe check.evaluateRules(in: object)
        }
        return check
    }

    private mutating func checkRoot(
        _ reader: inout JSONReader,
        _ schema: StructuralSchema,
        dropsStatus: Bool
    ) throws(JSONError) {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return
        }
        try checkObject(&reader, schema, isRoot: true, dropsStatus: dropsStatus)
    }

    // MARK: Values

    mutating func check(_ reader: inout JSONReader, _ schema: StructuralSchema) throws(JSONError) {
        let kind = try reader.peek()
        let start = reader.position
        let count = invalidCount
        if kind == .null {
            try reader.skipValue()
            if !schema.isNullable, schema.type != nil || schema.isIntegerOrString {
                addTypeFault(kind, schema, at: start)
            }
            return
        }
        if schema.isIntegerOrString {
            try checkIntegerOrString(&reader, kind, schema)
        } else if let type = schema.type, !type.accepts(kind) {
            try reader.skipValue()
            return addTypeFault(kind, schema, at: start)
        } else {
            switch kind {
            case .object: try checkObject(&reader, schema)
            case .array: try checkArray(&reader, schema)
            case .string: try checkString(&reader, schema)
            case .number: try checkNumber(&reader, schema)
            case .boolean, .null: try reader.skipValue()
            }
        }
        let end = reader.position
        if let values = schema.enumeration, kind != .object, kind != .array {
            checkEnumeration(values, of: reader.text(of: start..<end), at: start)
        }
        if !schema.allOf.isEmpty || !schema.anyOf.isEmpty || !schema.oneOf.isEmpty || schema.not != nil {
            unsafe reader.withBytes(start..<end) { bytes in unsafe checkCombinations(bytes, schema, at: start) }
        }
        if !schema.validations.isEmpty, invalidCount == count, !countsUnknownAlone {
            pending.append(
                PendingRules(schema: schema, field: path.text, range: start..<end, anchor: anchors.last ?? 0)
            )
        }
    }

    private mutating func checkIntegerOrString(
        _ reader: inout JSONReader,
        _ kind: JSONKind,
        _ schema: StructuralSchema
    ) throws(JSONError) {
        let start = reader.position
        switch kind {
        case .string: try checkString(&reader, schema)
        case .number:
            let text = try reader.readNumber() ?? ""
            if !NumberText.isInteger(text) { addTypeFault(kind, schema, at: start) }
        case .object, .array, .boolean, .null:
            try reader.skipValue()
            addTypeFault(kind, schema, at: start)
        }
    }

    private mutating func checkEnumeration(_ values: [ExactString], of text: ExactString, at offset: Int) {
        let value = CanonicalJSON.text(of: text)
        guard !values.contains(value) else { return }
        let nearest = isFull ? nil : nearNames.nearest(to: value, among: values)
        let known = values.prefix(20).map { VisibleText.part($0, upTo: 100) }.joined(separator: ", ")
        add(
            .invalid,
            // What is no slip of the pen may be anything, a secret too.
            "Unsupported value\(nearest == nil ? "" : ": \(VisibleText.part(value))"): supported values: \(known)",
            "write one of them" + NearNames.hint(nearest),
            at: offset,
            suggestion: nearest?.trimming("\"").string
        )
    }

    /// What is wrong by a schema that is combined with this one; where it stands is all of the value.
    private mutating func checkCombinations(_ bytes: UnsafeRawBufferPointer, _ schema: StructuralSchema, at offset: Int)
    {
        func count(_ schemas: [StructuralSchema]) -> Int { schemas.count { unsafe Self.isValid(bytes, $0) } }
        if !schema.allOf.isEmpty, count(schema.allOf) < schema.allOf.count {
            add(.invalid, "Invalid value: must validate all the schemas (allOf)", "see the definition", at: offset)
        }
        if !schema.anyOf.isEmpty, !schema.isIntegerOrString, count(schema.anyOf) == 0 {
            add(.invalid, "Invalid value: must validate at least one schema (anyOf)", "see the definition", at: offset)
        }
        if !schema.oneOf.isEmpty, count(schema.oneOf) != 1 {
            add(
                .invalid,
                "Invalid value: must validate one and only one schema (oneOf)",
                "see the definition",
                at: offset
            )
        }
        if let not = schema.not, unsafe Self.isValid(bytes, not) {
            add(.invalid, "Invalid value: must not validate the schema (not)", "see the definition", at: offset)
        }
    }

    private static func isValid(_ bytes: UnsafeRawBufferPointer, _ schema: StructuralSchema) -> Bool {
        // Whether it is valid is all that is asked.
        var check = SchemaCheck(nearNames: NearNames(work: 0))
        do throws(JSONError) {
            try unsafe JSONReader.read(bytes) { reader throws(JSONError) in try check.check(&reader, schema) }
        } catch {
            return true
        }
        return check.invalidCount == 0
    }

    // MARK: Telling

    /// Whether nothing more is told.
    var isFull: Bool { faults.count >= SchemaLimits.maximumFaults }

    mutating func add(
        _ kind: SchemaFault.Kind,
        _ message: String,
        _ remedy: String,
        at offset: Int,
        suggestion: String? = nil
    ) {
        guard kind == .unknownField || !countsUnknownAlone else { return }
        if kind == .invalid { invalidCount += 1 }
        guard !isFull else { return }
        let place = anchors.last ?? offset
        let field = path.text
        faults.append(
            SchemaFault(kind, field: field, message: message, remedy: remedy, offset: place, suggestion: suggestion)
        )
    }

    mutating func addTypeFault(_ kind: JSONKind, _ schema: StructuralSchema, at offset: Int) {
        let type = schema.isIntegerOrString ? "integer or string" : schema.type?.rawValue ?? ""
        add(
            .invalid,
            "Invalid value: \"\(kind.rawValue)\": must be of type \(type)",
            kind == .number || kind == .boolean ? "put it in quotes, if a text is meant" : "write \(type.withArticle)",
            at: offset
        )
    }

    /// Says of something that the API server checks and that is beyond this program that it was not checked.
    mutating func addUnchecked(_ what: String, at offset: Int) {
        guard !isFull, !countsUnknownAlone, unchecked.insert(ExactString("\(path.text) \(what)")).inserted else {
            return
        }
        add(
            .notChecked,
            "\(VisibleText.line(what)) was not checked",
            "kubectl apply --dry-run=server will check it",
            at: offset
        )
    }
}

extension String {
    /// With `a` or `an`.
    fileprivate var withArticle: String {
        utf8.first.map { "aeio".utf8.contains($0) } == true ? "an \(self)" : "a \(self)"
    }
}

extension StructuralSchema.ValueType {
    /// Whether a value of this type of JSON may be one; whether a number is whole is looked at later.
    fileprivate func accepts(_ kind: JSONKind) -> Bool {
        switch self {
        case .object: kind == .object
        case .array: kind == .array
        case .string: kind == .string
        case .integer, .number: kind == .number
        case .boolean: kind == .boolean
        }
    }
}
