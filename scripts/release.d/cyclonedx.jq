# CycloneDX 1.6 of an array of materials. The serial number is made of the archive's digest: the same archive, the same document.
def serial: $digest | "urn:uuid:\(.[0:8])-\(.[8:12])-4\(.[13:16])-8\(.[17:20])-\(.[20:32])";
{
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  serialNumber: serial,
  version: 1,
  metadata: {
    timestamp: $created,
    component: {
      type: "application",
      "bom-ref": "agentrun-admission",
      name: "agentrun-admission",
      version: $version,
      hashes: [{ alg: "SHA-256", content: $digest }],
      properties: [{ name: "commit", value: $commit }]
    }
  },
  components: map({
    type: "library",
    "bom-ref": .purl,
    name,
    version,
    purl
  } + if .expression == "" then {} else { licenses: [{ expression }] } end
    + if .revision then { properties: [{ name: "commit", value: .revision }] } else {} end),
  dependencies: [{ ref: "agentrun-admission", dependsOn: map(.purl) }]
}
