# An in-toto statement with the predicate SLSA provenance 1.0, about the files of SHA256SUMS.
{
  _type: "https://in-toto.io/Statement/v1",
  subject: [$sums | split("\n")[] | select(. != "") | capture("^(?<digest>[0-9a-f]{64})  (?<name>.+)$")
    | { name, digest: { sha256: .digest } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: {
      buildType: "scripts/release",
      externalParameters: { version: $version, untagged: $untagged },
      internalParameters: { swift: ($materials[0][] | select(.kind == "toolchain") | .version) },
      resolvedDependencies: ([{ uri: "git+\($repository)", digest: { gitCommit: $commit } }]
        + ($materials[0] | map({ uri: .purl } + if .revision then { digest: { gitCommit: .revision } } else {} end)))
    },
    runDetails: ({ builder: { id: $builder } } + if $run == "" then {} else { metadata: { invocationId: $run } } end)
  }
}
