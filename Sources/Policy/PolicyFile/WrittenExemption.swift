/// An exemption and where it is written.
package struct WrittenExemption: Sendable, Equatable {
    /// As findings, metrics and the decision log tell it.
    package let name: String
    package let contact: ExemptionContact
    /// Line and column in the policy file, from 1.
    package let line: Int
    package let column: Int

    init(_ exemption: Exemption, line: Int, column: Int) {
        (name, contact) = (exemption.toldName, exemption.contact)
        (self.line, self.column) = (line, column)
    }
}
