import Foundation
import TestCheckout

/// Makes any number of AgentRuns of one recorded object, without Foundation once it is made.
package struct AgentRunTemplate: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case stem
        case uid
        case resourceVersion
        case phase
    }

    private static let recordedStem = "leader-election-implementation-20260207"
    private static let marks: [(text: String, piece: Piece)] = [
        ("@stem@", .stem), ("@uid@", .uid), ("@version@", .resourceVersion), ("@phase@", .phase),
    ]

    private let pieces: [Piece]

    /// What the controller has written of a run that it has started.
    private static var status: [String: Any] {
        [
            "observedGeneration": 1, "phase": "@phase@", "startedAt": "2026-11-23T06:06:50Z",
            "conditions": [
                condition("Accepted", "Submitted", "run accepted"),
                condition("InProgress", "StepRunning", "step implement runs as job @stem@-run-step-1"),
            ],
            "vcs": [
                "provider": "github", "repository": "proompteng/lab", "baseBranch": "main",
                "headBranch": "codex/agents/@stem@", "mode": "read-write",
            ],
        ]
    }

    private static func condition(_ type: String, _ reason: String, _ message: String) -> [String: Any] {
        [
            "type": type, "status": "True", "reason": reason, "message": message,
            "lastTransitionTime": "2026-11-23T06:06:50Z",
        ]
    }

    private static var statusManager: [String: Any] {
        let empty: [String: Any] = [:]
        let fields = ["f:conditions", "f:observedGeneration", "f:phase", "f:startedAt", "f:vcs"]
        return [
            "apiVersion": "agents.proompteng.ai/v1alpha1", "fieldsType": "FieldsV1", "manager": "agents-controller",
            "operation": "Update", "subresource": "status", "time": "2026-11-23T06:06:50Z",
            "fieldsV1": ["f:status": Dictionary(uniqueKeysWithValues: fields.map { ($0, empty) })],
        ]
    }

    /// Takes the object of the AdmissionReview in `file`, Tests/Golden/requests/agentrun-create-apply.json of this
    /// package by default.
    package init(file: String = AgentRunTemplate.recording) throws {
        let review = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? [String: Any]
        let request = review?["request"] as? [String: Any]
        var object = request?["object"] as? [String: Any] ?? [:]
        var metadata = object["metadata"] as? [String: Any] ?? [:]
        metadata["uid"] = "@uid@"
        metadata["resourceVersion"] = "@version@"
        metadata["managedFields"] = (metadata["managedFields"] as? [Any] ?? []) + [Self.statusManager]
        object["metadata"] = metadata
        object["status"] = Self.status
        let text = String(decoding: JSONObject.encode(object), as: UTF8.self)
            .replacing(Self.recordedStem, with: "@stem@")
        pieces = Self.pieces(of: text[...])
    }

    package static let recording = Recordings.folder.appending(path: "agentrun-create-apply.json").path

    private static func pieces(of text: Substring) -> [Piece] {
        let found = marks.compactMap { mark in text.firstRange(of: mark.text).map { (range: $0, piece: mark.piece) } }
        guard let first = found.min(by: { $0.range.lowerBound < $1.range.lowerBound }) else {
            return [.bytes(Array(text.utf8))]
        }
        let before = Array(text[..<first.range.lowerBound].utf8)
        return [.bytes(before), first.piece] + pieces(of: text[first.range.upperBound...])
    }

    /// The run of a number: its name, head branch and uid are its own.
    package func run(_ number: Int, phase: String = "Running", namespace: String = "agents") -> EncodedObject {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        let stem = "leader-election-implementation-\(padded)"
        let uid = "00000000-0000-4000-8000-0000\(padded)"
        let pieces = pieces
        return EncodedObject(namespace: namespace, name: "\(stem)-run", uid: uid) { version in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4096)
            for piece in pieces {
                switch piece {
                case .bytes(let fixed): bytes += fixed
                case .stem: bytes += stem.utf8
                case .uid: bytes += uid.utf8
                case .resourceVersion: bytes += String(version).utf8
                case .phase: bytes += phase.utf8
                }
            }
            return bytes
        }
    }
}
