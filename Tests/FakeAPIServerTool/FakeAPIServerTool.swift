import ArgumentParser
import FakeAPIServer
import Foundation
import NIOCore

/// Serves generated AgentRuns to whoever measures a client.
@main
struct FakeAPIServerTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-apiserver",
        abstract: "Serve generated AgentRuns as an API server would, on 127.0.0.1 until killed."
    )

    @Option(help: "The port; 0 lets the system choose.")
    var port = 0

    @Option(help: "How many AgentRuns there are.")
    var runs = 1000

    @Option(help: "One in so many of them is Running, the others have Succeeded.")
    var oneRunningIn = 20

    @Option(help: "How many of them change every second.")
    var eventsPerSecond = 0

    @Option(help: "How many Memories there are, each the default of its namespace as far as it knows.")
    var memories = 0

    @Option(help: "How many of them change every second.")
    var memoryEventsPerSecond = 0

    @Option(help: "Let the history expire and cut all watches every so many seconds, so that clients list again.")
    var relistEvery: Int?

    @Option(help: "Bearer token every request must have.")
    var token: String?

    @Option(help: "Certificate chain, PEM; without it the server speaks plain HTTP.")
    var tlsCert: String?

    @Option(help: "Its private key, PEM.")
    var tlsKey: String?

    @Option(help: "The authority for the kubeconfig, PEM; the certificate itself by default.")
    var tlsCA: String?

    @Option(help: "How much later than it could every request is answered, in milliseconds.")
    var latency = 0

    @Option(help: "Keep the bearer token in this file, and let the kubeconfig name it.")
    var tokenFile: String?

    @Option(help: "Take another token every so many seconds, and the one before no longer.")
    var renewTokenEvery: Int?

    @Option(help: "Write a kubeconfig for the server to this file.")
    var kubeconfig: String?

    func run() async throws {
        let server = try FakeAPIServer(try settings())
        let load = RunLoad(
            server: server,
            template: try AgentRunTemplate(),
            runs: runs,
            oneRunningIn: max(1, oneRunningIn)
        )
        try await load.fill()
        let memoryLoad = MemoryLoad(server: server, memories: memories)
        try await memoryLoad.fill()
        try await server.start()
        if latency > 0 {
            try await server.script(FaultRule(times: nil, .delay(.milliseconds(Int64(latency)))))
        }
        let tokens = tokenFile.map { TokenRenewal(server: server, file: $0) }
        try await tokens?.renew()
        if let kubeconfig {
            let text = tokens?.naming(in: server.kubeconfig) ?? server.kubeconfig
            try text.write(toFile: kubeconfig, atomically: true, encoding: .utf8)
        }
        // Through a file handle: a pipe would keep a print back.
        FileHandle.standardOutput.write(Data("\(server.url)\n".utf8))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let events = eventsPerSecond
            tasks.addTask { try await load.change(perSecond: events) }
            let memoryEvents = memoryEventsPerSecond
            tasks.addTask { try await memoryLoad.change(perSecond: memoryEvents) }
            if let relistEvery { tasks.addTask { try await load.expire(everySeconds: relistEvery) } }
            if let tokens, let renewTokenEvery {
                tasks.addTask { try await tokens.renew(everySeconds: renewTokenEvery) }
            }
            try await tasks.waitForAll()
        }
    }

    private func settings() throws -> FakeAPIServer.Configuration {
        var configuration = FakeAPIServer.Configuration()
        configuration.port = port
        configuration.bearerToken = token
        configuration.historyLimit = 100_000
        switch (tlsCert, tlsKey) {
        case (let certificate?, let key?):
            let chain = try String(contentsOfFile: certificate, encoding: .utf8)
            configuration.certificate = .init(
                certificatePEM: chain,
                privateKeyPEM: try String(contentsOfFile: key, encoding: .utf8),
                authorityPEM: try tlsCA.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? chain
            )
        case (nil, nil): break
        default: throw ValidationError("--tls-cert and --tls-key belong together")
        }
        return configuration
    }
}
