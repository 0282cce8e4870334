/// The formats of this program's reports, by the names that `--output` has for them.
package enum OutputFormat: String, CaseIterable, Sendable {
    /// For a person.
    case text
    /// For a program: the keys only grow.
    case json
    /// SARIF 2.1.0, for code scanning.
    case sarif
    /// JUnit XML, for CI systems.
    case junit
    /// One page for a browser.
    case html
    /// Workflow commands that annotate a pull request.
    case github
    /// The answers an API server would get.
    case admissionReview = "admission-review"
    /// For a page of the documentation.
    case markdown
}

/// What a command prints, in one of the formats it offers.
package protocol PrintedReport: Sendable {
    /// What the command offers: the formats there are, in the order they are listed.
    static var forms: [OutputForm<Self>] { get }
}

/// One format of a report, and how the report becomes it.
package struct OutputForm<Report: PrintedReport>: Sendable {
    package let format: OutputFormat
    private let write: @Sendable (Report, PrintOptions) -> [UInt8]

    init(_ format: OutputFormat, _ write: @escaping @Sendable (Report, PrintOptions) -> [UInt8]) {
        self.format = format
        self.write = write
    }

    init(_ format: OutputFormat, _ text: @escaping @Sendable (Report, PrintOptions) -> String) {
        self.init(format) { Array(text($0, $1).utf8) }
    }

    /// The form that goes by this name; nil for a format the command does not offer.
    package init?(named name: String) {
        guard let form = Report.forms.first(where: { $0.format.rawValue.utf8.elementsEqual(name.utf8) }) else {
            return nil
        }
        self = form
    }

    /// The form a command takes when nothing is said.
    package static var first: OutputForm { Report.forms[0] }

    /// What goes to standard output.
    package func output(_ report: Report, _ options: PrintOptions = PrintOptions()) -> [UInt8] {
        write(report, options)
    }
}

/// What a command was told about the look of its report.
package struct PrintOptions: Sendable {
    /// Leave out of texts what is as it should be.
    package var isQuiet = false
    /// What makes the exit status a refusal, which some formats tell.
    package var failOn = CheckReport.FailOn.deny
    package var style = TerminalStyle.plain
    /// The version of this program, which some formats tell.
    package var productVersion = ""

    package init(
        isQuiet: Bool = false,
        failOn: CheckReport.FailOn = .deny,
        style: TerminalStyle = .plain,
        productVersion: String = ""
    ) {
        self.isQuiet = isQuiet
        self.failOn = failOn
        self.style = style
        self.productVersion = productVersion
    }
}
