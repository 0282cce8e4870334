import AgentRuns
import JSONPull
import Testing

/// What Kubernetes makes of a quantity, worked out from the scanner of `k8s.io/apimachinery/pkg/api/resource` and its tests.
@Suite struct `Quantities` {
    @Test(arguments: [
        "0", "1", "500m", "1.5", "0.5", ".5", "1.", "1.G", "12e6", "12E6", "12e-3", "1e+3", "1E", "1Ei", "4Gi", "2.5Ki",
        "100M",
        "7k", "1n", "5u", "3T", "2P", "+1", "0100", "00.500m", "1e0030", "123456789012345678901234567890",
        "0.0000000001",
        // No digit at all is zero.
        ".", "+", "-", "Gi", ".Ki", "m", "E", "e5", "-.", "-0", "-0.0Mi", "0e9223372036854775807",
    ]) func `are taken`(text: String) {
        #expect((try? Quantity(ExactString(text)))?.isNegative == false)
    }

    @Test(arguments: ["-1", "-0.1m", "-.5", "-1e-30", "-000001Gi"]) func `are negative`(text: String) {
        #expect((try? Quantity(ExactString(text)))?.isNegative == true)
    }

    @Test(arguments: [
        "", " ", "1 CPU", " 1", "1 ", "1\n", "1\u{a0}", "1.2.3", "1..2", "--1", "+-1", "1-", "1+", "1m+", "1K", "1ki",
        "1mi", "1gi",
        "1GI", "1GiB", "1GB", "1g", "1t", "1Mm", "1mM", "1kk", "1e", "1e+", "1e-", "1e1.5", "1e1Gi", "1eE5", "1ee5",
        "1Ee5", "1Eii",
        "1EiE", "0x10", "1,000", "1_000", "inf", "NaN", "1e9223372036854775808", "1e-9223372036854775809", "1i", "ii",
        "１", "1\u{301}",
        "1\u{200b}", "½", "1m1", "1Gi5", "1Ki0", "1n-9",
    ]) func `are none`(text: String) {
        #expect((try? Quantity(ExactString(text))) == nil)
    }

    @Test(arguments: [
        ("2", "1", true), ("1", "2", false), ("1", "1", false), ("1000m", "1", false), ("1001m", "1", true),
        ("1", "999m", true),
        ("1Gi", "1G", true), ("1G", "1Gi", false), ("1024Ki", "1Mi", false), ("1025Ki", "1Mi", true),
        ("1Ei", "1E", true),
        ("1e3", "1k", false), ("1001", "1e3", true), ("0.1", "100m", false),
        ("0.10000000000000000000001", "100m", true),
        ("123456789012345678901234567891", "123456789012345678901234567890", true), ("1e30", "1e-30", true),
        ("Gi", "0", false),
        ("1", ".", true), ("1n", "0", true), ("9999999999n", "9", true), ("1000000000", "999999999", true),
    ]) func `are compared exactly`(one: String, other: String, isMore: Bool) throws {
        #expect(try Quantity(ExactString(one)).isMore(than: Quantity(ExactString(other))) == isMore)
    }

    @Test func `too long ones are not compared`() throws {
        let long = ExactString(String(repeating: "9", count: 65))
        #expect(try Quantity(long).isMore(than: Quantity("1")) == nil)
        #expect(try Quantity("1").isMore(than: Quantity("1e31")) == nil)
        #expect(try Quantity("1e-9223372036854775808").isMore(than: Quantity("1")) == nil)
        #expect(try Quantity(ExactString(String(repeating: "9", count: 64))).isMore(than: Quantity("1e30")) == true)
    }
}
