private import AgentRuns
package import ClusterState
private import JSONPull
package import KubernetesClient

extension WatchedResource {
    /// What a source of the cluster state lists and watches: of Secrets the names alone, and of Jobs those of runs.
    package init(_ source: ClusterSource) {
        self.init(
            group: source.kind.group,
            version: source.kind.version,
            resource: source.kind.resource,
            namespace: source.namespace?.string,
            isMetadataOnly: source.kind == .secret,
            labelSelector: source.kind == .job ? RunnerJob.runLabel : nil
        )
    }
}
