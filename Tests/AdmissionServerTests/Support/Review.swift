/// Bodies of reviews, as text.
struct Review {
    var uid = "u-1"
    var apiVersion = "admission.k8s.io/v1"
    var operation = "CREATE"
    var name = "run-1"
    var namespace = "agents"
    var head = "codex/one"
    var dryRun = false
    var subResource: String?
    /// Members of the object's metadata beside its name, each with a comma in front.
    var metadata = ""
    /// Members of the object's spec, a comma behind each.
    var spec = ""
    var runtime = "job"
    /// The head before an UPDATE.
    var oldHead: String?
    /// ``metadata`` before an UPDATE.
    var oldMetadata: String?
    /// Whether `request.name` is there; for a DELETE of a collection it is not.
    var hasName = true

    /// The object, uid derived from the name.
    var object: String {
        """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",\
        "metadata":{"name":"\(name)","namespace":"\(namespace)","uid":"uid-of-\(name)"\(metadata)},\
        "spec":{\(spec)"agentRef":{"name":"codex-agent"},"runtime":{"type":"\(runtime)"},\
        "implementationSpecRef":{"name":"some-spec"},\
        "parameters":{"repository":"proompteng/lab","base":"main","head":"\(head)"},\
        "vcsRef":{"name":"github"},"vcsPolicy":{"required":true,"mode":"read-write"}}}
        """
    }

    private var old: Review {
        var review = self
        review.head = oldHead ?? head
        review.metadata = oldMetadata ?? metadata
        return review
    }

    var text: String {
        let nameField = hasName ? #""name":"\#(name)","# : ""
        let subResourceField = subResource.map { #""subResource":"\#($0)","# } ?? ""
        let newObject = operation == "DELETE" ? "null" : object
        let oldObject = operation == "CREATE" ? "null" : old.object
        return """
            {"kind":"AdmissionReview","apiVersion":"\(apiVersion)","request":{"uid":"\(uid)",\
            "kind":{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},\
            "resource":{"group":"agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"},\
            \(subResourceField)\(nameField)"namespace":"\(namespace)","operation":"\(operation)",\
            "userInfo":{"username":"alice"},"object":\(newObject),"oldObject":\(oldObject),"dryRun":\(dryRun)}}

            """
    }
}
