internal import AdmissionServer
package import ArgumentParser
package import Policy
package import Reports

extension OutputForm: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(named: argument)
    }

    package static var allValueStrings: [String] { Report.forms.map(\.format.rawValue) }

    package static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

    package var defaultValueDescription: String { format.rawValue }
}

extension CheckReport.FailOn: ExpressibleByArgument {}

extension PolicyProfile: ExpressibleByArgument {}

extension PrintOptions {
    /// The look that standard output is told in.
    static func standardOutput(isQuiet: Bool = false, failOn: CheckReport.FailOn = .deny) -> PrintOptions {
        PrintOptions(isQuiet: isQuiet, failOn: failOn, style: .standardOutput, productVersion: ProductVersion.number)
    }
}

extension ExitCode {
    init(_ status: CommandStatus) {
        self.init(status.rawValue)
    }
}
