import Reports
import TestCheckout
import Testing

@Suite struct `Exit codes` {
    @Test func `are ordered by how bad they are, as the worst of several counts`() {
        #expect(CommandStatus.allCases.map(\.rawValue) == [0, 1, 2])
        #expect([CommandStatus.refused, .failed, .good].max() == .failed)
    }

    @Test func `of each command are in the README as they are in its help`() throws {
        let lines = Set(try Checkout.text("README.md").split(separator: "\n").map(String.init))
        for codes in ExitCodes.all {
            let cells = CommandStatus.allCases.map { codes.meaning(of: $0) ?? "–" }
            let row = "| `\(codes.command)` | \(cells.joined(separator: " | ")) |"
            #expect(lines.contains(row), "\(row)")
        }
        #expect(lines.count { $0.hasPrefix("| `") && $0.split(separator: "|").count == 4 } >= ExitCodes.all.count)
    }

    @Test func `end a help text, one line each`() {
        #expect(ExitCodes.certs.help == "EXIT CODES\n  0  the files are written\n  2  they are not")
        for codes in ExitCodes.all {
            let numbers = codes.help.split(separator: "\n").dropFirst().map { $0.prefix(5) }
            #expect(numbers.first == "  0  " && numbers.last == "  2  ", "\(codes.command)")
        }
    }

    @Test func `are those of commands that are named once`() {
        #expect(Set(ExitCodes.all.map(\.command)).count == ExitCodes.all.count)
    }
}
