internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// The objects runs refer to as a decision log keeps them: in the shape they are read from, without texts of prompts.
extension Implementation {
    /// Writes `spec`.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let text {
            writer.key("text")
            text.write(to: &writer)
        }
        if let summary {
            writer.key("summary")
            summary.write(to: &writer)
        }
        writer.key("contract")
        contract.write(to: &writer)
        writer.key("source")
        writer.beginObject()
        writer.memberIfPresent("provider", source.provider)
        writer.memberIfPresent("externalId", source.externalId.map(UserInformation.redacted))
        writer.memberIfPresent("url", source.url.map(UserInformation.redacted))
        writer.endObject()
        writer.reference("vcsRef", vcsRefName)
        writer.endObject()
    }
}

extension Contract {
    /// A faulty list is kept as one that is faulty.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("requiredKeys")
        writer.beginArray()
        for key in requiredKeys { writer.string(key.string) }
        if faultyRequiredKeys != nil { writer.null() }
        writer.endArray()
        writer.key("mappings")
        writer.beginArray()
        for mapping in mappings {
            writer.beginObject()
            writer.member("from", mapping.from.string)
            writer.member("to", mapping.to.string)
            writer.endObject()
        }
        if faultyMappings != nil { writer.null() }
        writer.endArray()
        writer.endObject()
    }
}

extension Agent {
    func write(to writer: inout JSONWriter) {
        writer.object(spec: { writer in
            writer.reference("providerRef", spec.providerName)
            writer.reference("memoryRef", spec.memoryRefName)
            writer.reference("vcsRef", spec.vcsRefName)
            writer.key("security")
            writer.beginObject()
            writer.list("allowedSecrets", spec.allowedSecrets.elements)
            writer.list("allowedServiceAccounts", spec.allowedServiceAccounts.elements)
            writer.list("allowedImplementationSourceProviders", spec.allowedImplementationSources.elements)
            writer.endObject()
            writer.key("defaults")
            writer.beginObject()
            writer.key("systemPrompt")
            spec.systemPrompt.write(to: &writer)
            if let reference = spec.systemPromptRef {
                writer.key("systemPromptRef")
                reference.write(to: &writer)
            }
            writer.endObject()
        })
    }
}

extension SystemPromptRef {
    /// Which key of the object it is does not matter, only that there is one.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if isSecret {
            writer.member("kind", "Secret")
        } else if isWellFormed {
            writer.member("kind", "ConfigMap")
        }
        writer.memberIfPresent("name", name)
        if isWellFormed { writer.member("key", "key") }
        writer.endObject()
    }
}

extension AgentProvider {
    func write(to writer: inout JSONWriter) {
        writer.object(spec: { writer in
            writer.key("secretEnv")
            writer.beginArray()
            for secret in spec.environmentSecrets {
                writer.beginObject()
                writer.member("secretName", secret.string)
                writer.endObject()
            }
            writer.endArray()
            writer.key("workload")
            writer.beginObject()
            writer.memberIfPresent("image", spec.image)
            writer.memberIfPresent("serviceAccountName", spec.serviceAccountName)
            writer.endObject()
        })
    }
}

extension VersionControlProvider {
    func write(to writer: inout JSONWriter) {
        writer.object(spec: { writer in
            writer.memberIfPresent("provider", spec.type)
            writer.key("repositoryPolicy")
            writer.beginObject()
            writer.list("allow", spec.writtenAllow.map(\.name))
            writer.list("deny", spec.writtenDeny.map(\.name))
            writer.endObject()
            writer.key("defaults")
            writer.beginObject()
            writer.memberIfPresent("baseBranch", spec.baseBranch)
            writer.memberIfPresent("branchTemplate", spec.branchTemplate)
            writer.endObject()
            writer.key("auth")
            spec.auth.write(to: &writer)
        })
    }
}

extension VersionControlProvider.Auth {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.memberIfPresent("method", method)
        writer.key("token")
        writer.beginObject()
        writer.memberIfPresent("type", tokenType)
        writer.reference("secretRef", tokenSecret)
        writer.endObject()
        for (key, secret) in [("app" as StaticString, appSecret), ("ssh", sshSecret)] {
            writer.key(key)
            writer.beginObject()
            writer.reference("privateKeySecretRef", secret)
            if key.description == "ssh" { writer.reference("knownHostsConfigMapRef", knownHosts) }
            writer.endObject()
        }
        writer.endObject()
    }
}

extension Memory {
    func write(to writer: inout JSONWriter) {
        writer.object(spec: { writer in
            writer.key("default")
            writer.boolean(isDefault)
            writer.key("connection")
            writer.beginObject()
            writer.reference("secretRef", secretName)
            writer.endObject()
        })
    }
}

extension SecretBinding {
    func write(to writer: inout JSONWriter) {
        writer.object(spec: { writer in
            writer.key("subjects")
            writer.beginArray()
            for agent in agents {
                writer.beginObject()
                writer.member("kind", "Agent")
                writer.member("name", agent.name.string)
                writer.memberIfPresent("namespace", agent.namespace)
                writer.endObject()
            }
            writer.endArray()
            writer.list("allowedSecrets", allowedSecrets)
        })
    }
}

extension JSONWriter {
    fileprivate mutating func object(spec: (inout JSONWriter) -> Void) {
        beginObject()
        key("spec")
        beginObject()
        spec(&self)
        endObject()
        endObject()
    }

    fileprivate mutating func memberIfPresent(_ key: StaticString, _ text: ExactString?) {
        if let text { member(key, text.string) }
    }

    fileprivate mutating func reference(_ key: StaticString, _ name: ExactString?) {
        guard let name else { return }
        self.key(key)
        beginObject()
        member("name", name.string)
        endObject()
    }

    fileprivate mutating func list(_ key: StaticString, _ names: [ExactString]) {
        guard !names.isEmpty else { return }
        self.key(key)
        beginArray()
        for name in names { string(name.string) }
        endArray()
    }
}
