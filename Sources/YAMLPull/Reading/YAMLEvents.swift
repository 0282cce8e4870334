private import CYaml

/// One event of libyaml, as far as JSON needs it.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case documentEnd
        case scalar
        case sequenceStart
        case mappingStart
        case collectionEnd
        case alias
        case streamEnd
        /// Nothing to do with a document's content.
        case other
    }

    /// How a scalar or a collection is written.
    enum Style {
        /// Without quotes or brackets.
        case plain
        case singleQuoted
        case doubleQuoted
        /// `|` or `>`.
        case block
        /// In brackets.
        case flow
    }

    var kind: Kind
    var mark: YAMLMark
    var style = Style.plain
    /// Where it stands in the text, in characters: a collection only its start, or its end.
    var characters = 0..<0
    var tag = YAMLTag.none
    /// Whether a scalar has neither quotes nor tag.
    var isPlain = false
    /// Whether a scalar has neither quotes nor tag, or the lone tag `!`.
    var isImplicit = false
    /// How many bytes of text a scalar added.
    var textCount = 0
    /// The name of an anchor, or the anchor's name an alias repeats; empty for none.
    var anchor: [UInt8] = []
}

/// libyaml's parser over lent bytes: the only place that calls it.
///
/// Its events are used and not the documents it can make of them, which would be one more copy of everything. libyaml keeps
/// its states on the heap, so nesting costs no stack.
@safe
struct YAMLEvents: ~Copyable {
    /// Levels beyond which reading stops for good; ``YAMLLimits/maximumDepth`` refuses a document and reads on.
    ///
    /// For every token libyaml walks over one possible key a level: 100,000 levels would take minutes to pass over.
    private static let maximumDepth = 1000

    private var depth = 0
    /// On the heap, as libyaml keeps a pointer to it in it.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Lends `body` the events of `text`, which must be UTF-8 without a byte order mark.
    static func read<Failure: Error>(
        _ text: [UInt8],
        _ body: (inout YAMLEvents) throws(Failure) -> Void
    ) throws(Failure) {
        let result: Result<Void, Failure> = unsafe text.withUnsafeBufferPointer { bytes in
            var events = unsafe YAMLEvents(bytes)
            do throws(Failure) {
                return .success(try body(&events))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// The bytes must outlive the value; libyaml reads them as it goes.
    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        unsafe yaml_parser_initialize(parser)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// The next event; a scalar's text is added to `text`.
    mutating func next(addingTextTo text: inout [UInt8]) throws(YAMLProblem) -> YAMLEvent {
        // After an error libyaml, too, says that the stream is at its end.
        guard depth <= Self.maximumDepth else {
            return unsafe YAMLEvent(kind: .streamEnd, mark: Self.mark(parser.pointee.mark))
        }
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw problem() }
        defer { unsafe yaml_event_delete(&raw) }
        var event = unsafe YAMLEvent(kind: Self.kind(of: raw.type), mark: Self.mark(raw.start_mark))
        let start = unsafe raw.start_mark.index
        event.characters = unsafe start..<max(start, raw.end_mark.index)
        switch event.kind {
        case .scalar:
            let scalar = unsafe raw.data.scalar
            unsafe text.append(contentsOf: UnsafeBufferPointer(start: scalar.value, count: scalar.length))
            event.textCount = unsafe scalar.length
            event.tag = unsafe Self.tag(scalar.tag)
            event.isPlain = unsafe event.tag == .none && scalar.style == YAML_PLAIN_SCALAR_STYLE
            event.isImplicit = unsafe scalar.plain_implicit == 1
            event.anchor = unsafe Self.bytes(scalar.anchor)
            event.style = unsafe Self.style(of: scalar.style)
        case .sequenceStart:
            event.anchor = unsafe Self.bytes(raw.data.sequence_start.anchor)
            event.style = unsafe raw.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .plain
            event.tag = unsafe Self.tag(raw.data.sequence_start.tag)
            try enter(at: event.mark)
        case .mappingStart:
            event.anchor = unsafe Self.bytes(raw.data.mapping_start.anchor)
            event.style = unsafe raw.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? .flow : .plain
            event.tag = unsafe Self.tag(raw.data.mapping_start.tag)
            try enter(at: event.mark)
        case .collectionEnd: depth -= 1
        case .alias: event.anchor = unsafe Self.bytes(raw.data.alias.anchor)
        case .documentStart, .documentEnd, .streamEnd, .other: break
        }
        return event
    }

    private mutating func enter(at mark: YAMLMark) throws(YAMLProblem) {
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw YAMLProblem(text: "nested deeper than \(Self.maximumDepth) levels", mark: mark, context: nil)
        }
    }

    /// What libyaml found wrong.
    private func problem() -> YAMLProblem {
        let state = unsafe parser.pointee
        guard unsafe state.error != YAML_MEMORY_ERROR else {
            return unsafe YAMLProblem(text: "out of memory", mark: Self.mark(state.mark), context: nil)
        }
        let context = unsafe state.context == nil ? nil : Self.mark(state.context_mark)
        let text = unsafe state.problem.map { unsafe String(cString: $0) } ?? "unreadable"
        return unsafe YAMLProblem(text: text, mark: Self.mark(state.problem_mark), context: context)
    }

    private static func kind(of type: yaml_event_type_t) -> YAMLEvent.Kind {
        switch type {
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_SCALAR_EVENT: .scalar
        case YAML_SEQUENCE_START_EVENT: .sequenceStart
        case YAML_MAPPING_START_EVENT: .mappingStart
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: .collectionEnd
        case YAML_ALIAS_EVENT: .alias
        // libyaml repeats "no event" for ever after the end of the stream.
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: .streamEnd
        default: .other
        }
    }

    /// libyaml counts from 0.
    private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
        YAMLMark(line: UInt32(truncatingIfNeeded: mark.line + 1), column: UInt32(truncatingIfNeeded: mark.column + 1))
    }

    private static func style(of style: yaml_scalar_style_t) -> YAMLEvent.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .plain
        }
    }

    private static func bytes(_ pointer: UnsafeMutablePointer<UInt8>?) -> [UInt8] {
        guard let pointer = unsafe pointer else { return [] }
        var count = 0
        while unsafe pointer[count] != 0 { count += 1 }
        return unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
    }

    private static func tag(_ pointer: UnsafeMutablePointer<UInt8>?) -> YAMLTag {
        guard unsafe pointer != nil else { return .none }
        return switch unsafe String(decoding: bytes(pointer), as: UTF8.self) {
        case "": .none
        case "tag:yaml.org,2002:str": .string
        case "tag:yaml.org,2002:bool": .boolean
        case "tag:yaml.org,2002:int": .integer
        case "tag:yaml.org,2002:float": .float
        case "tag:yaml.org,2002:null": .null
        case "tag:yaml.org,2002:timestamp": .timestamp
        case "tag:yaml.org,2002:binary": .binary
        case "tag:yaml.org,2002:merge": .merge
        default: .other
        }
    }
}
