import NIOCore

extension ServerCore {
    func apply(_ fault: Fault, to request: ReceivedRequest, on connection: Connection) {
        switch fault {
        case .status(let error): connection.send(.failure(error))
        case .html(let code): connection.send(.html(code: code))
        case .raw(let bytes): connection.write(ByteBuffer(bytes: bytes))
        case .closeBeforeAnswer: connection.close()
        case .closeAfterHead:
            connection.beginChunks(Answer())
            connection.close()
        case .truncatedChunk: truncate(perform(request), to: request, on: connection)
        case .stallBeforeHead: break
        case .stallAfterHead: connection.beginChunks(Answer())
        case .slow(let bytes, let interval):
            connection.slowDown(bytes: bytes, interval: interval)
            send(perform(request), to: request, on: connection)
        case .late(let lateness): delay(lateness, request, on: connection)
        case .garbageLine:
            send(perform(request), to: request, on: connection, watchOpening: [ByteBuffer(string: "no JSON\n")])
        case .longLine(let bytes):
            send(perform(request), to: request, on: connection, watchOpening: Self.longLine(bytes))
        case .duplicateEvents:
            send(perform(request), to: request, on: connection, isDoubled: true)
        case .errorEvent(let error):
            guard let stream = stream(request, on: connection) else { return connection.close() }
            stream.start([])
            stream.fail(error)
        }
    }

    private func truncate(_ answer: Answer, to request: ReceivedRequest, on connection: Connection) {
        connection.beginChunks(answer)
        guard answer.isWatch, let stream = stream(request, on: connection) else {
            return connection.writeTruncatedChunk(answer.body)
        }
        let object = (try? stream.backlog())?.first?.object ?? stream.collection.objects.first
        connection.writeTruncatedChunk(WatchStream.line("ADDED", object?.bytes ?? Array("{\"metadata\":{}}".utf8)))
    }

    private func delay(_ lateness: Fault.Lateness, _ request: ReceivedRequest, on connection: Connection) {
        let early = lateness.isPerformedFirst ? perform(request) : nil
        let answer = { [self] in
            let answer = early ?? perform(request)
            if lateness.losesAnswer {
                connection.close()
            } else {
                send(answer, to: request, on: connection)
            }
        }
        switch lateness.wait {
        case .release: hold(answer)
        case .time(let time) where time <= .zero: answer()
        case .time(let time): eventLoop.assumeIsolated().scheduleTask(in: time, answer)
        }
    }

    /// The beginning of an event that does not end, in chunks.
    private static func longLine(_ bytes: Int) -> [ByteBuffer] {
        var chunks = [ByteBuffer(string: "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"")]
        var left = bytes - chunks[0].readableBytes
        while left > 0 {
            let count = min(left, Connection.chunkBytes)
            chunks.append(ByteBuffer(repeating: UInt8(ascii: "x"), count: count))
            left -= count
        }
        return chunks
    }
}
