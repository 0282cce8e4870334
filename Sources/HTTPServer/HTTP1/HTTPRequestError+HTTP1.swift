internal import NIOHTTP1

extension HTTPRequestError {
    /// What the codec found.
    init(_ error: HTTPParserError, limits: HTTPServerLimits) {
        switch error {
        case .headerOverflow:
            self = .headTooLargeOrTooManyFields(
                maximumBytes: limits.maximumHeaderBytes,
                maximumFields: limits.maximumHeaderFields
            )
        case .invalidVersion:
            self = .versionNotSupported
        default:
            self = .malformed("not an HTTP/1.1 message")
        }
    }
}
