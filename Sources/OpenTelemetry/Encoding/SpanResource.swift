/// What sends spans: the attributes of its resource, by OpenTelemetry's semantic conventions.
package struct SpanResource: Sendable {
    /// `service.name`, and the name of the scope.
    package var name: String
    /// `service.version`.
    package var version: String
    /// `service.instance.id`: what tells it from its siblings.
    package var instance: String

    package init(name: String, version: String, instance: String) {
        (self.name, self.version, self.instance) = (name, version, instance)
    }
}
