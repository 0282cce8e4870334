internal import SwiftParser
internal import SwiftSyntax

/// Finds every change that can be made of a file.
final class MutationFinder: SyntaxVisitor {
    private let file: String
    private let locations: SourceLocationConverter
    private var found: [Mutation] = []

    private init(file: String, tree: SourceFileSyntax) {
        self.file = file
        locations = SourceLocationConverter(fileName: file, tree: tree)
        super.init(viewMode: .sourceAccurate)
    }

    /// All changes, in the order of the text.
    static func mutations(of source: String, file: String) -> [Mutation] {
        let tree = Parser.parse(source: source)
        let finder = MutationFinder(file: file, tree: tree)
        finder.walk(tree)
        return finder.found.sorted { ($0.range.lowerBound, $0.replacement) < ($1.range.lowerBound, $1.replacement) }
    }

    private func add(_ kind: Mutation.Kind, _ node: some SyntaxProtocol, _ replacement: String) {
        let start = node.positionAfterSkippingLeadingTrivia
        let range = start.utf8Offset..<node.endPositionBeforeTrailingTrivia.utf8Offset
        let line = locations.location(for: start).line
        let mutation = Mutation(
            kind: kind,
            file: file,
            line: line,
            range: range,
            original: node.trimmedDescription,
            replacement: replacement
        )
        found.append(mutation)
    }

    // What a compiler or a person reads, and no rule.
    override func visit(_ node: AttributeSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: IfConfigDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: ImportDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }

    // MARK: Operators

    private static let operators: [String: String] = [
        "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "===": "!==", "!==": "===",
        "&&": "||", "||": "&&", "+": "-", "-": "+", "..<": "...", "...": "..<", "+=": "-=", "-=": "+=",
    ]

    override func visit(_ node: BinaryOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        if let other = Self.operators[node.operator.text] { add(.operator, node, other) }
        return .visitChildren
    }

    override func visit(_ node: PrefixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        if node.operator.text == "!" { add(.operator, node, node.expression.trimmedDescription) }
        return .visitChildren
    }

    // MARK: Bounds

    override func visit(_ node: IntegerLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        let digits = node.literal.text.filter { $0 != "_" }
        if let value = Int(digits), value < .max { add(.bound, node, "\(value + 1)") }
        return .skipChildren
    }

    private static let names: [String: String] = [
        "firstIndex": "lastIndex", "lastIndex": "firstIndex", "first": "last", "last": "first", "min": "max",
        "max": "min", "prefix": "suffix", "suffix": "prefix", "dropFirst": "dropLast", "dropLast": "dropFirst",
        "allSatisfy": "contains", "lowerBound": "upperBound", "upperBound": "lowerBound",
    ]

    private static let actions: [String: String] = [
        "deny": "warn", "warn": "audit", "audit": "off", "off": "audit",
        "readWrite": "readOnly", "readOnly": "none", "february2026": "august2026", "august2026": "february2026",
    ]

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        if let other = Self.names[node.baseName.text] { add(.bound, node, other) }
        let member = node.parent?.as(MemberAccessExprSyntax.self)
        if let other = Self.actions[node.baseName.text], member?.declName.id == node.id { add(.key, node, other) }
        return .visitChildren
    }

    // MARK: Conditions

    override func visit(_ node: BooleanLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        add(.condition, node, node.literal.text == "true" ? "false" : "true")
        return .skipChildren
    }

    override func visit(_ node: ConditionElementListSyntax) -> SyntaxVisitorContinueKind {
        for element in node {
            guard let condition = element.condition.as(ExprSyntax.self) else { continue }
            if node.count > 1 {
                add(.condition, condition, "true")
            } else {
                add(.condition, condition, "!(\(condition.trimmedDescription))")
            }
        }
        return .visitChildren
    }

    override func visit(_ node: WhereClauseSyntax) -> SyntaxVisitorContinueKind {
        add(.condition, node.condition, "true")
        return .visitChildren
    }

    override func visit(_ node: UnresolvedTernaryExprSyntax) -> SyntaxVisitorContinueKind {
        // Of `a ? b : c` as it is parsed, the part between is what is known; `c` takes its place.
        guard let list = node.parent?.as(ExprListSyntax.self),
            let place = list.firstIndex(where: { $0.id == node.id })
        else { return .visitChildren }
        let other = list[list.index(after: place)...].map(\.description).joined()
        add(.condition, node.thenExpression, "(\(other.trimmingSpace))")
        return .visitChildren
    }

    // MARK: Keys

    override func visit(_ node: SwitchCaseItemSyntax) -> SyntaxVisitorContinueKind {
        if let text = node.pattern.as(ExpressionPatternSyntax.self)?.expression.as(StringLiteralExprSyntax.self) {
            addKey(text)
        }
        return .visitChildren
    }

    override func visit(_ node: LabeledExprSyntax) -> SyntaxVisitorContinueKind {
        // An argument such as `entry.strings("allow")`; a path or a sentence is for people.
        if node.label == nil, let text = node.expression.as(StringLiteralExprSyntax.self) { addKey(text) }
        return .visitChildren
    }

    private func addKey(_ literal: StringLiteralExprSyntax) {
        guard literal.segments.count == 1, let segment = literal.segments.first?.as(StringSegmentSyntax.self),
            !segment.content.text.isEmpty, segment.content.text.utf8.allSatisfy(Self.isKeyByte)
        else { return }
        add(.key, segment.content, segment.content.text + "X")
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension String {
    fileprivate var trimmingSpace: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
