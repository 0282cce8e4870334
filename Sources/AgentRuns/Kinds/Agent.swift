package import JSONPull
package import OrderedCollections

/// `Agent`: which provider, memory and version control a run gets, and what it may use.
package struct Agent: Sendable {
    package let metadata: ObjectMeta
    package let spec: Spec

    package init(_ reader: inout JSONReader) throws(JSONError) {
        (metadata, spec) = try reader.readObject(Spec()) { reader throws(JSONError) in try Spec(&reader) }
    }
}

extension Agent {
    /// `spec`.
    package struct Spec: Sendable {
        /// `spec.providerRef.name`.
        package var providerName: ExactString?
        /// `spec.memoryRef.name`.
        package var memoryRefName: ExactString?
        /// `spec.vcsRef.name`.
        package var vcsRefName: ExactString?
        /// `spec.security.allowedSecrets`; empty is unrestricted.
        package var allowedSecrets: OrderedSet<ExactString> = []
        /// `spec.security.allowedServiceAccounts`; empty is unrestricted.
        package var allowedServiceAccounts: OrderedSet<ExactString> = []
        /// `spec.security.allowedImplementationSourceProviders` (2026-08), lower-cased; empty is unrestricted.
        package var allowedImplementationSources: OrderedSet<ExactString> = []
        /// `spec.defaults.systemPrompt`.
        package var systemPrompt = SystemPromptText.absent
        /// `spec.defaults.systemPromptRef`.
        package var systemPromptRef: SystemPromptRef?

        fileprivate init() {}

        fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "providerRef": providerName = try reader.readReferenceName()
                case "memoryRef": memoryRefName = try reader.readReferenceName()
                case "vcsRef": vcsRefName = try reader.readReferenceName()
                case "security": try readSecurity(&reader)
                case "defaults": try readDefaults(&reader)
                default: try reader.skipValue()
                }
            }
        }

        private mutating func readSecurity(_ reader: inout JSONReader) throws(JSONError) {
            (allowedSecrets, allowedServiceAccounts, allowedImplementationSources) = ([], [], [])
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "allowedSecrets": allowedSecrets = OrderedSet(try reader.readList())
                case "allowedServiceAccounts": allowedServiceAccounts = OrderedSet(try reader.readList())
                case "allowedImplementationSourceProviders":
                    allowedImplementationSources = OrderedSet(try reader.readList().lazy.map(\.asciiLowercased))
                default: try reader.skipValue()
                }
            }
        }

        private mutating func readDefaults(_ reader: inout JSONReader) throws(JSONError) {
            (systemPrompt, systemPromptRef) = (.absent, nil)
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "systemPrompt": systemPrompt = try SystemPromptText(&reader)
                case "systemPromptRef": systemPromptRef = try SystemPromptRef.read(&reader)
                default: try reader.skipValue()
                }
            }
        }
    }
}
