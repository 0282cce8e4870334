/// The rules in catalogue order, which is the order of findings: a rule is its file and its line here.
enum AllRules {
    static let list = [
        ListedRule(PromptOverride.self),
        ListedRule(PromptSource.self),
        ListedRule(LiteralTokens.self),
        ListedRule(PlanStep.self),
        ListedRule(SystemPrompt.self),
        ListedRule(RepositoryAllowlist.self),
        ListedRule(HeadBranchConflict.self),
        ListedRule(HeadBranchName.self),
        ListedRule(SecretAllowlist.self),
        ListedRule(ServiceAccountAllowlist.self),
        ListedRule(ImagePolicy.self),
        ListedRule(ImplementationSource.self),
        ListedRule(LabelLength.self),
        ListedRule(LabelPolicy.self),
        ListedRule(MisplacedTtl.self),
        ListedRule(ParameterLimits.self),
        ListedRule(WorkflowSteps.self),
        ListedRule(RuntimeConfig.self),
        ListedRule(ImplementationContract.self),
        ListedRule(References.self),
        ListedRule(ImmutableSpec.self),
        ListedRule(IdempotencyKeys.self),
        ListedRule(Limits.self),
        ListedRule(ProviderPolicy.self),
        ListedRule(WorkloadShape.self),
        ListedRule(PodDemands.self),
        ListedRule(CustomEndpoint.self),
        ListedRule(RunBudget.self),
        ListedRule(HiddenCharacters.self),
        ListedRule(ProviderSafety.self),
    ]
}

/// A rule as the list has it: what there is to say of it, and how its entry in a policy becomes one that runs.
struct ListedRule: Sendable {
    let descriptor: RuleDescriptor
    let compile: @Sendable (WrittenRules, inout [PolicyEntry.Mistake]) -> CompiledRule

    /// Inlined, so that what is compiled is specialised for the rule.
    init<R: Rule>(_ rule: R.Type) {
        descriptor = R.descriptor
        compile = { written, mistakes in CompiledRule(written.table(R.self, &mistakes)) }
    }
}
