internal import AgentRuns
internal import JSONPull

/// What is kept of the tokens of a text.
extension PromptTokens {
    /// Longest part between dots that is kept: what is longer may be a key that somebody pasted.
    private static let maximumNameBytes = 24

    /// The same without what is not plainly the name of something: whole sentences fit between two pairs of braces.
    var namesOnly: PromptTokens {
        let names = dollarBraces.filter(Self.isName)
        let variables = shellVariables.filter(Self.isName)
        let bracedNames = bracedDollarBraces.filter(Self.isName)
        let bracedVariables = bracedShellVariables.filter(Self.isName)
        let paths = braces.filter(Self.isName)
        return PromptTokens(
            dollarBraces: names,
            braces: paths,
            shellVariables: variables,
            bracedDollarBraces: bracedNames,
            bracedShellVariables: bracedVariables,
            hasOtherText: hasOtherText,
            // It says no more than they do, unless one of them is left out.
            onlyTokens: names.count + paths.count < dollarBraces.count + braces.count ? nil : onlyTokens,
            omittedNames: omittedNames + allDollarBraces.count - names.count - bracedNames.count
                + allShellVariables.count - variables.count - bracedVariables.count,
            omittedPaths: omittedPaths + braces.count - paths.count
        )
    }

    /// Whether it is a name or a path of `[A-Za-z0-9_.-]` with short parts; an empty path is one.
    private static func isName(_ text: ExactString) -> Bool {
        var length = 0
        for byte in text.string.utf8 {
            switch byte {
            case UInt8(ascii: "."): length = 0
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                length += 1
                if length > maximumNameBytes { return false }
            default: return false
            }
        }
        return true
    }

    /// Writes the tokens as an object, what is empty left out.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        Self.write(dollarBraces, "dollarBraces", to: &writer)
        Self.write(braces, "braces", to: &writer)
        Self.write(shellVariables, "shellVariables", to: &writer)
        Self.write(bracedDollarBraces, "bracedDollarBraces", to: &writer)
        Self.write(bracedShellVariables, "bracedShellVariables", to: &writer)
        if hasOtherText {
            writer.key("otherText")
            writer.boolean(true)
        }
        if let onlyTokens { writer.member("onlyTokens", onlyTokens.string) }
        if omittedNames > 0 { writer.member("omittedNames", omittedNames) }
        if omittedPaths > 0 { writer.member("omittedPaths", omittedPaths) }
        writer.endObject()
    }

    private static func write(_ names: [ExactString], _ key: StaticString, to writer: inout JSONWriter) {
        guard !names.isEmpty else { return }
        writer.key(key)
        writer.beginArray()
        for name in names { writer.string(name.string) }
        writer.endArray()
    }

    /// Reads what ``write(to:)`` wrote.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var (names, paths, variables): ([ExactString], [ExactString], [ExactString]) = ([], [], [])
        var (bracedNames, bracedVariables): ([ExactString], [ExactString]) = ([], [])
        var (hasOtherText, omittedNames, omittedPaths) = (false, 0, 0)
        var onlyTokens: ExactString?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "dollarBraces": names = try reader.readStrings()
            case "braces": paths = try reader.readStrings()
            case "shellVariables": variables = try reader.readStrings()
            case "bracedDollarBraces": bracedNames = try reader.readStrings()
            case "bracedShellVariables": bracedVariables = try reader.readStrings()
            case "otherText": hasOtherText = try reader.readBoolean() ?? false
            case "onlyTokens": onlyTokens = try reader.readExactString()
            case "omittedNames": omittedNames = try reader.readCount()
            case "omittedPaths": omittedPaths = try reader.readCount()
            default: try reader.skipValue()
            }
        }
        self.init(
            dollarBraces: names,
            braces: paths,
            shellVariables: variables,
            bracedDollarBraces: bracedNames,
            bracedShellVariables: bracedVariables,
            hasOtherText: hasOtherText,
            onlyTokens: onlyTokens,
            omittedNames: omittedNames,
            omittedPaths: omittedPaths
        )
    }
}
