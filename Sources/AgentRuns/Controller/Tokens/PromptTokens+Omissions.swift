extension PromptTokens {
    /// Whether the controller of `generation` looks at more tokens than are known.
    package func hasOmissions(for generation: Generation) -> Bool {
        omittedNames > 0 || (generation.rendersTexts && omittedPaths > 0)
    }
}
