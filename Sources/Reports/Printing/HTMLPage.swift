internal import Digest
internal import Policy

/// A page of HTML that is whole by itself: no script, nothing from elsewhere, readable in light and in dark.
enum HTMLPage {
    static func escaped(_ text: String) -> String { MarkupText.escaped(text) }

    /// A word on the colour of an action.
    static func badge(_ action: Action, _ word: String) -> String {
        let name =
            switch action {
            case .deny: "deny"
            case .warn: "warn"
            case .audit: "audit"
            case .off: "good"
            }
        return "<span class=\"badge \(name)\">\(escaped(word))</span>"
    }

    /// The document; `body` is HTML.
    static func document(title: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(escaped(title))</title>
        <style>\(style)</style>
        </head>
        <body>
        \(body)</body>
        </html>

        """
    }

    /// The style, as a Content Security Policy names it: `sha256-` and the hash in base64 (level 3, section 2.3.1).
    static let styleSource = "sha256-" + base64(SHA256.digest(of: Array(style.utf8)))

    /// RFC 4648, section 4.
    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for place in 0..<4 {
                let letter = letters[bits >> (18 - 6 * place) & 63]
                text.append(place <= part.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Contrasts are at least 4.5 to 1 (WCAG 2.2, 1.4.3).
    private static let style = """
        :root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --box: #f6f8fa;
          --deny: #b3261e; --warn: #7a4f01; --good: #1a6b34; --audit: #57606a; --link: #0b57d0; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0f1419; --text: #e6edf3; --faint: #9aa7b4; --line: #30363d; --box: #1a2129;
            --deny: #ff8a80; --warn: #f2c14e; --good: #6fd58b; --audit: #9aa7b4; --link: #8ab4f8; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--page); color: var(--text);
          font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; }
        nav a { margin-right: 1rem; color: var(--link); }
        code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
        pre { background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: .5rem; overflow-x: auto; margin: .25rem 0; }
        pre b { color: var(--deny); }
        details { background: var(--box); border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
        summary { cursor: pointer; } ul { padding-left: 1.25rem; margin: .5rem 0; } li { margin: .5rem 0; } li p, details > p { margin: .25rem 0; }
        .badge { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .5rem; font-size: .85rem; }
        .deny { color: var(--deny); } .warn { color: var(--warn); } .good { color: var(--good); } .audit { color: var(--audit); }
        .place, .more, footer { color: var(--faint); font-size: .9rem; } .fix { border-left: 3px solid var(--good); padding-left: .5rem; }
        footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .5rem; }
        table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem .25rem 0;
          text-align: left; vertical-align: top; } th { color: var(--faint); font-weight: normal; }
        @media print { details { break-inside: avoid; } }
        """
}
