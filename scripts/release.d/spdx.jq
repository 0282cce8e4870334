# SPDX 2.3 of an array of materials.
def id: gsub("[^A-Za-z0-9.-]"; "-");
def licence: if .expression == "" then "NOASSERTION" else .expression end;
{
  spdxVersion: "SPDX-2.3",
  dataLicense: "CC0-1.0",
  SPDXID: "SPDXRef-DOCUMENT",
  name: "agentrun-admission-\($version)",
  documentNamespace: "https://spdx.org/spdxdocs/agentrun-admission-\($version)-\($digest)",
  creationInfo: { created: $created, creators: ["Tool: scripts/release"] },
  packages: ([{
    SPDXID: "SPDXRef-agentrun-admission",
    name: "agentrun-admission",
    versionInfo: $version,
    packageFileName: $file,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    checksums: [{ algorithm: "SHA256", checksumValue: $digest }],
    sourceInfo: "commit \($commit)",
    licenseConcluded: "NOASSERTION",
    licenseDeclared: "NOASSERTION",
    copyrightText: "NOASSERTION",
    primaryPackagePurpose: "APPLICATION"
  }] + map({
    SPDXID: "SPDXRef-\(.kind)-\(.name | id)",
    name,
    versionInfo: .version,
    downloadLocation: .source,
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: licence,
    copyrightText: "NOASSERTION",
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: .purl }]
  } + if .revision then { sourceInfo: "commit \(.revision)" } else {} end)),
  relationships: ([{
    spdxElementId: "SPDXRef-DOCUMENT",
    relationshipType: "DESCRIBES",
    relatedSpdxElement: "SPDXRef-agentrun-admission"
  }] + map({
    spdxElementId: "SPDXRef-agentrun-admission",
    relationshipType: (if .kind == "deb" then "DYNAMIC_LINK" else "STATIC_LINK" end),
    relatedSpdxElement: "SPDXRef-\(.kind)-\(.name | id)"
  }))
}
