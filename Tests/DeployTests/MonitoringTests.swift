import Foundation
import TestCheckout
import TestPatience
import Testing

/// The alerts, the dashboard, and what they ask for.
@Suite(.limit(minutes: 1)) struct `Monitoring` {
    private struct Alert {
        var rule: Value
        var name: String { rule["alert"].string ?? "" }
        var expression: String { rule["expr"].string ?? "" }
    }

    private static func alerts() async throws -> [Alert] {
        let rules = try await Installation(objects: Kustomization.render("monitoring")).only("PrometheusRule")
        return rules["spec"]["groups"].array.flatMap { $0["rules"].array }.map(Alert.init)
    }

    private static func dashboard() async throws -> Value {
        let objects = try await Kustomization.render("monitoring")
        let map = Installation(objects: objects).only("ConfigMap")
        #expect(map["metadata"]["labels"]["grafana_dashboard"].string == "1")
        let text = map["data"].stringMembers.values.first ?? ""
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    /// What of an expression does not exist, in words.
    private static func problems(_ expression: String) throws -> [String] {
        let known = try MetricCatalogue.existingMetricNames().merging(MetricCatalogue.apiServer) { own, _ in own }
        let query = Query(expression)
        var labels = MetricCatalogue.targetLabels
        var problems = query.metrics.isEmpty ? ["no metric in \(expression)"] : []
        for metric in query.metrics {
            guard let existing = known[metric.name] else {
                problems.append("no metric \(metric.name)")
                continue
            }
            labels.formUnion(existing.labels)
            let unknown = metric.labels.subtracting(existing.labels).subtracting(MetricCatalogue.targetLabels)
            problems += unknown.map { "no label \($0) of \(metric.name)" }
        }
        return problems + query.groupingLabels.subtracting(labels).map { "no label \($0) to group by" }
    }

    @Test(arguments: [
        ("sum(rate(agentrun_admission_reviews_total[5m]))", []), ("up", ["no metric up"]),
        ("absent(agentrun_admission_bild_info)", ["no metric agentrun_admission_bild_info"]),
        (
            #"agentrun_admission_connections{protcol="h2"} > 1e3"#,
            ["no label protcol of agentrun_admission_connections"]
        ),
        ("sum by (knd) (agentrun_admission_connections)", ["no label knd to group by"]),
        (
            "rate(agentrun_admission_review_duration_seconds[1m])",
            ["no metric agentrun_admission_review_duration_seconds"]
        ),
        (#"process_open_fds{pod=~"a{1,2}"} / on (pod) group_left process_max_fds and time() > 0"#, []),
        ("1 + 2", ["no metric in 1 + 2"]),
    ])
    func `notices what does not exist`(expression: String, problems: [String]) throws {
        #expect(try Self.problems(expression) == problems)
    }

    @Test func `of alerts asks for metrics there are`() async throws {
        let alerts = try await Self.alerts()
        #expect(alerts.count > 20)
        #expect(Set(alerts.map(\.name)).count == alerts.count)
        for alert in alerts { #expect(try Self.problems(alert.expression) == [], "\(alert.name)") }
    }

    @Test func `of alerts says what it means and what to do`() async throws {
        for alert in try await Self.alerts() {
            let annotations = alert.rule["annotations"]
            #expect(annotations["summary"].string?.hasSuffix(".") == true, "\(alert.name)")
            #expect(annotations["description"].string?.hasSuffix(".") == true, "\(alert.name)")
            #expect(annotations["runbook"].string == "docs/operations.md#\(alert.name.lowercased())")
            #expect(["critical", "warning"].contains(alert.rule["labels"]["severity"].string))
        }
    }

    @Test func `of alerts has a section in the documentation for each, and no other`() async throws {
        let sections = try Checkout.text("docs/operations.md").matches(of: /\n#+ (AgentRunAdmission[A-Za-z]+)\n/)
            .map { String($0.output.1) }
        #expect(sections.sorted() == (try await Self.alerts().map(\.name).sorted()))
    }

    @Test func `has every metric of the server in the documentation`() throws {
        let text = try Checkout.text("docs/operations.md")
        for line in try Checkout.text("deploy/monitoring/metrics.txt").split(separator: "\n")
        where !line.hasPrefix("#") {
            let name = line.prefix { $0 != " " }
            #expect(text.contains("`\(name.replacing("agentrun_admission_", with: ""))`"), "\(name)")
        }
    }

    @Test func `of memory warns below the limit of the replicas`() async throws {
        let alert = try #require(try await Self.alerts().first { $0.name == "AgentRunAdmissionMemoryHigh" })
        let threshold = try #require(
            alert.expression.firstMatch(of: /> ([0-9]+) \* 1024 \* 1024/).flatMap { Int($0.1) }
        )
        let installation = try await Installation.render(Installation.folders[0])
        let limit = try #require(installation.container["resources"]["limits"]["memory"].string)
        let mebibytes = try #require(Int(limit.replacing("Mi", with: "")))
        #expect((mebibytes * 8 / 10..<mebibytes).contains(threshold))
        #expect(alert.rule["annotations"]["description"].string?.contains("\(mebibytes) MiB") == true)
    }

    @Test func `of the dashboard asks for metrics there are`() async throws {
        let dashboard = try await Self.dashboard()
        let panels = dashboard["panels"].array
        let expressions = (panels.flatMap { $0["targets"].array } + dashboard["annotations"]["list"].array)
            .compactMap { $0["expr"].string }
        #expect(expressions.count > 40)
        for expression in expressions { #expect(try Self.problems(expression) == [], "\(expression)") }
    }

    @Test func `of the dashboard shows every metric of the server`() async throws {
        let dashboard = try await Self.dashboard()
        let shown = dashboard["panels"].array.flatMap { $0["targets"].array }.compactMap { $0["expr"].string }
            .flatMap { Query($0).metrics.map(\.name) }
        let missing = Set(try MetricCatalogue.existingMetricNames().keys).subtracting(shown)
        #expect(missing.isEmpty)
    }

    @Test func `of the dashboard is laid out without overlaps, and asks the data source that is chosen`() async throws {
        let dashboard = try await Self.dashboard()
        let panels = dashboard["panels"].array
        #expect(Set(panels.compactMap { $0["id"].int }).count == panels.count)
        var taken: Set<[Int]> = []
        for panel in panels {
            let place = panel["gridPos"]
            let (x, y) = (try #require(place["x"].int), try #require(place["y"].int))
            let (width, height) = (try #require(place["w"].int), try #require(place["h"].int))
            #expect(x >= 0 && width > 0 && x + width <= 24)
            for column in x..<(x + width) {
                for row in y..<(y + height) { #expect(taken.insert([column, row]).inserted, "\(panel["title"])") }
            }
            for source in [panel["datasource"]] + panel["targets"].array.map({ $0["datasource"] }) where source != .null
            {
                #expect(source["uid"].string == "${datasource}")
            }
        }
        #expect(dashboard["templating"]["list"].array.compactMap { $0["name"].string } == ["datasource"])
    }

    @Test func `scrapes the metrics port of the replicas`() async throws {
        let objects = try await Kustomization.render("monitoring")
        let monitor = Installation(objects: objects).only("PodMonitor")
        let installation = try await Installation.render(Installation.folders[0])
        let labels = installation.podTemplate["metadata"]["labels"].stringMembers
        #expect(LabelSelector(value: monitor["spec"]["selector"]).matches(labels) == true)
        #expect(monitor["metadata"]["namespace"].string == installation.namespace)
        let endpoints = monitor["spec"]["podMetricsEndpoints"].array
        #expect(endpoints.count == 1)
        #expect(installation.port(endpoints.first?["port"].string) == 9090)
        #expect(endpoints.first?["path"].string == "/metrics")
        let isTLS = installation.flags["--metrics-tls"] != nil
        #expect(endpoints.first?["scheme"].string == (isTLS ? "https" : "http"))
    }
}
