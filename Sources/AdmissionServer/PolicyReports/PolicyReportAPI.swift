internal import KubernetesClient

/// The APIs by which policy products report what they found, as their CustomResourceDefinitions name them.
package enum PolicyReportAPI: String, Sendable, CaseIterable {
    /// The CNCF project's, `openreports.io/v1alpha1` Report.
    case openReports = "openreports.io"
    /// What it came from, `wgpolicyk8s.io/v1alpha2` PolicyReport.
    case policyWorkingGroup = "wgpolicyk8s.io"

    package var version: String {
        switch self {
        case .openReports: "v1alpha1"
        case .policyWorkingGroup: "v1alpha2"
        }
    }

    package var kind: String {
        switch self {
        case .openReports: "Report"
        case .policyWorkingGroup: "PolicyReport"
        }
    }

    /// The kind in the plural, as paths and RBAC rules have it.
    package var resource: String {
        switch self {
        case .openReports: "reports"
        case .policyWorkingGroup: "policyreports"
        }
    }

    /// The reports of a namespace, of all without one.
    func reports(in namespace: String? = nil) -> WatchedResource {
        WatchedResource(
            group: rawValue,
            version: version,
            resource: resource,
            namespace: namespace,
            isMetadataOnly: true,
            labelSelector: "\(PolicyReport.managedBy)=\(PolicyReport.name)"
        )
    }
}
