internal import AgentRuns
internal import JSONPull

/// Where a host is, as far as its name or address tells: names are not resolved.
enum HostReach {
    /// The controller's own machine or what answers about it, which nobody means to post to.
    case never
    /// Of a network that is not the public one.
    case inside
    case outside

    init(_ host: WebHost) {
        switch host {
        case .v4(let address): self = Self.reach(of: address)
        case .v6(let upper, let lower): self = Self.reach(of: upper, lower)
        case .name: self = Self.reach(ofName: host.text)
        }
    }

    /// The worse of two.
    private func orWorse(_ other: HostReach) -> HostReach {
        switch (self, other) {
        case (.never, _), (_, .never): .never
        case (.inside, _), (_, .inside): .inside
        default: .outside
        }
    }

    // MARK: Names

    private static func reach(ofName name: ExactString) -> HostReach {
        switch name {
        case "localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "metadata",
            "metadata.google.internal",
            "metadata.goog", "instance-data", "instance-data.ec2.internal":
            return .never
        default: break
        }
        if name.ends(with: ".localhost") { return .never }
        // Behind the dots that were cut an address may stand, which some resolvers read.
        if let host = WebHost(name), case .v4(let address) = host { return reach(of: address) }
        let isInside =
            !name.has(UInt8(ascii: ".")) || name.ends(with: ".svc") || name.ends(with: ".local")
            || name.ends(with: ".internal")
        return isInside ? .inside : .outside
    }

    // MARK: Addresses

    /// A block of addresses: its first one, and how many of its bits they share.
    private struct Block<Address: FixedWidthInteger & Sendable> {
        let first: Address
        let bits: Int

        func contains(_ address: Address) -> Bool {
            bits == 0 || address >> (Address.bitWidth - bits) == first >> (Address.bitWidth - bits)
        }
    }

    private static let neverV4: [Block<UInt32>] = [
        Block(first: 0, bits: 8), Block(first: 0x7F00_0000, bits: 8), Block(first: 0xA9FE_0000, bits: 16),
        Block(first: 0x6464_64C8, bits: 32), Block(first: 0xA83F_8110, bits: 32), Block(first: 0xC000_00C0, bits: 32),
        Block(first: 0xE000_0000, bits: 4), Block(first: 0xF000_0000, bits: 4),
    ]
    private static let insideV4: [Block<UInt32>] = [
        Block(first: 0x0A00_0000, bits: 8), Block(first: 0xAC10_0000, bits: 12), Block(first: 0xC0A8_0000, bits: 16),
        Block(first: 0x6440_0000, bits: 10), Block(first: 0xC000_0000, bits: 24), Block(first: 0xC612_0000, bits: 15),
    ]

    private static func reach(of address: UInt32) -> HostReach {
        if neverV4.contains(where: { $0.contains(address) }) { return .never }
        return insideV4.contains { $0.contains(address) } ? .inside : .outside
    }

    /// By the upper half, where a block is no longer than that.
    private static let neverV6: [Block<UInt64>] = [
        Block(first: 0xFE80 << 48, bits: 10), Block(first: 0xFF00 << 48, bits: 8),
    ]
    private static let insideV6: [Block<UInt64>] = [
        Block(first: 0xFC00 << 48, bits: 7), Block(first: 0xFEC0 << 48, bits: 10),
        Block(first: 0x0064_FF9B_0001_0000, bits: 48),
    ]

    private static func reach(of upper: UInt64, _ lower: UInt64) -> HostReach {
        // `::`, `::1`, and where two clouds answer about their machines.
        switch (upper, lower) {
        case (0, 0...1), (0xFD00_0EC2 << 32, 0x254), (0xFD20_00CE << 32, 0x254): return .never
        default: break
        }
        if neverV6.contains(where: { $0.contains(upper) }) { return .never }
        let own: HostReach = insideV6.contains { $0.contains(upper) } ? .inside : .outside
        return carried(upper, lower).map { own.orWorse(reach(of: $0)) } ?? own
    }

    /// The IPv4 address that an IPv6 address carries; nil for all that carry none.
    private static func carried(_ upper: UInt64, _ lower: UInt64) -> UInt32? {
        let last = UInt32(truncatingIfNeeded: lower)
        switch (upper, lower >> 32) {
        // Compatible, mapped and translated ones.
        case (0, 0), (0, 0xFFFF), (0, 0xFFFF_0000): return last
        // Translated by NAT64: the well-known prefix, and the local one, which may have it further left.
        case (0x0064_FF9B << 32, 0): return last
        default: break
        }
        if upper >> 16 == 0x0064_FF9B_0001 { return last }
        // 6to4, and Teredo, which inverts it.
        if upper >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: upper >> 16) }
        if upper >> 32 == 0x2001_0000 { return ~last }
        return nil
    }
}
