package import JSONPull

/// `admission.k8s.io` `AdmissionReview` as received: the version it is in, and its request.
package struct AdmissionReview: Sendable {
    /// The versions of the API that are understood; the answer is in the one that was asked.
    package enum Version: String, Sendable {
        case v1 = "admission.k8s.io/v1"
        case v1beta1 = "admission.k8s.io/v1beta1"
    }

    package var version: Version
    package var request: AdmissionRequest
}

/// Why a body is no AdmissionReview this server can answer.
///
/// It cannot be answered with a review, as only a review has the `uid` an answer needs; it is *errored*, not denied.
package enum AdmissionReviewError: Error, Equatable {
    /// The body is not JSON, or deeper or of more members than is read.
    case invalidJSON(LocatedJSONError)
    /// The body is JSON, but `kind` is not `AdmissionReview`.
    case wrongKind(String)
    /// `apiVersion` is none of ``AdmissionReview/Version``.
    case unsupportedVersion(String)
    /// A field the API requires is absent, null or empty; the path of the field.
    case missing(String)
    /// A field is of another JSON type than the API says.
    case wrongType(field: String, expected: String)
}

extension AdmissionReviewError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidJSON(let error):
            "the body is \(error.error.reason.isLimit ? "beyond what is read" : "not valid JSON"): \(error)"
        case .wrongKind(let kind):
            "kind: Invalid value: \(VisibleText.quoted(ExactString(kind))): this endpoint judges objects of kind AdmissionReview"
        case .unsupportedVersion(let version):
            """
            apiVersion: Unsupported value: \(VisibleText.quoted(ExactString(version))): \
            supported values: "admission.k8s.io/v1", "admission.k8s.io/v1beta1"
            """
        case .missing(let field):
            "\(field): Required value: an AdmissionReview without it cannot be answered"
        case .wrongType(let field, let expected):
            "\(field): Invalid value: must be \(expected)"
        }
    }
}
