internal import JSONPull

/// The statements that ``KindDefinitions/embedded`` is read from.
enum EmbeddedText {
    static let all: [(group: ExactString, kind: ExactString, text: ExactString)] = [
        ("agents.proompteng.ai", "AgentRun", agentRun),
        ("agents.proompteng.ai", "ImplementationSpec", implementationSpec),
        ("agents.proompteng.ai", "Agent", agent), ("agents.proompteng.ai", "AgentProvider", agentProvider),
        ("agents.proompteng.ai", "VersionControlProvider", versionControlProvider),
        ("agents.proompteng.ai", "Memory", memory), ("security.proompteng.ai", "SecretBinding", secretBinding),
    ]

    /// The fields of an implementation, `indentation` spaces deep.
    private static func implementation(_ indentation: Int) -> String {
        indented(
            """
            acceptanceCriteria: [string]
            contract
              mappings[]
                from: string
                to: string
              requiredKeys: [string]
            description: string
            labels: [string]
            source
              externalId: string
              provider: github|linear|manual|custom
              url: string
            summary: string
            text: string
            vcsRef
              name: string
            """,
            by: indentation
        )
    }

    private static func workload(_ indentation: Int) -> String {
        indented(
            """
            image: string
            resources
              limits: {string}
              requests: {string}
            volumes[]
              claimName: string
              medium: string
              mountPath: string
              name: string
              readOnly: boolean
              secretName: string
              sizeLimit: string
              type: emptyDir|pvc|secret
            """,
            by: indentation
        )
    }

    private static func indented(_ text: String, by count: Int) -> String {
        let spaces = String(repeating: " ", count: count)
        return ExactString(text).split(at: "\n").map { spaces + $0.string }.joined(separator: "\n")
    }

    private static let agentRun = ExactString(
        """
        spec
          agentRef
            name: string
          goal
            objective: string
            tokenBudget: integer
          idempotencyKey: string
          implementation
            inline
        \(implementation(6))
          implementationSpecRef
            name: string
          memoryRef
            name: string
          parameters: {string}
          runtime
            type: workflow|job|temporal|custom
            config: any
          secrets: [string]
          systemPrompt: string
          systemPromptRef
            key: string
            kind: Secret|ConfigMap
            name: string
          ttlSecondsAfterFinished: integer
          vcsPolicy
            mode: read-write|read-only|none
            required: boolean
          vcsRef
            name: string
          workflow
            steps[]
              name: string
              implementation
                inline
        \(implementation(10))
              implementationSpecRef
                name: string
              loop: any
              parameters: {string}
              retries: integer
              retryBackoffSeconds: integer
              timeoutSeconds: integer
              workload
        \(workload(8))
          workload
        \(workload(4))
        status: any
        """
    )

    private static let implementationSpec = ExactString("spec\n\(implementation(2))\nstatus: any")

    private static let agent: ExactString = """
        spec
          config: any
          defaults
            retryLimit: integer
            systemPrompt: string
            systemPromptRef
              key: string
              kind: Secret|ConfigMap
              name: string
            timeoutSeconds: integer
          env[]
            name: string
            value: string
          memoryRef
            name: string
          providerRef
            name: string
          security
            allowedImplementationSourceProviders: [string]
            allowedSecrets: [string]
            allowedServiceAccounts: [string]
          vcsRef
            name: string
        status: any
        """

    private static let agentProvider: ExactString = """
        spec
          adapter: any
          argsTemplate: [string]
          binary: string
          envTemplate: {string}
          health: any
          inputFiles[]
            content: string
            path: string
          outputArtifacts[]
            key: string
            name: string
            path: string
            url: string
          secretEnv[]
            key: string
            name: string
            optional: boolean
            secretName: string
          workload: any
        status: any
        """

    private static let versionControlProvider: ExactString = """
        spec
          apiBaseUrl: string
          auth: any
          capabilities
            pullRequests: boolean
            read: boolean
            write: boolean
          cloneBaseUrl: string
          cloneProtocol: https|ssh
          defaults
            baseBranch: string
            branchConflictSuffixTemplate: string
            branchTemplate: string
            commitAuthorEmail: string
            commitAuthorName: string
            pullRequest: any
          provider: github|gitlab|bitbucket|gitea|generic
          repositoryPolicy
            allow: [string]
            deny: [string]
          sshHost: string
          sshUser: string
          webBaseUrl: string
        status: any
        """

    private static let memory: ExactString = """
        spec
          capabilities: [string]
          connection
            secretRef
              key: string
              name: string
          default: boolean
          type: postgres|redis|weaviate|pinecone|custom
        status: any
        """

    private static let secretBinding: ExactString = """
        spec
          allowedSecrets: [string]
          subjects[]
            kind: string
            name: string
            namespace: string
        status: any
        """
}
