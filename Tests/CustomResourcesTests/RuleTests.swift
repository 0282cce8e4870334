import CustomResources
import JSONPull
import Testing

/// `x-kubernetes-validations`.
@Suite struct `Rules of definitions` {
    private func schema(_ rule: String, message: String = "no") -> String {
        let quoted = rule.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return
            #"{"type":"object","x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"\#(quoted)","message":"\#(message)"}]}"#
    }

    @Test(arguments: [
        "has(self.a) || has(self.b)", "!(has(self.a) && has(self.z))", "self.a == 'x'", "self.n > 1 && self.n <= 3",
        "'a' in self",
        "!('prompt' in self.m)", "self.l.all(x, x.startsWith('a'))", "self.l.exists(x, x == 'ab')",
        "self.l.exists_one(x, x == 'ab')",
        "size(self.l) == 2 && self.a.size() == 1", "self.l.filter(x, x.contains('b')).size() == 1",
        "self.l.map(x, x + 'c') == ['abc', 'adc']",
        "self.n % 2 == 0 ? self.a == 'x' : false", "self.m.k.matches('^v[0-9]$')",
        "self.l[0] == 'ab' && self.m['k'] == 'v1'",
        "-self.n < 0 && self.n * 2 + 1 - 3 / 2 == 4", "!self.t || self.n == 2", "self.n in [1, 2]",
        "self.m.all(k, self.m[k] != '')",
        "has(self.z) && self.z.y == 1 || true", "self.zz.y == 1 || self.n == 2",
        "string(self.n) == '2' && int('2') == self.n",
        "self.n == 2.0", "// note\nself.a == r'x'", "self.m.k.endsWith('1') && self.a.lowerAscii() == 'x'",
    ])
    func `that hold say nothing`(rule: String) {
        let spec = #"{"a":"x","n":2,"t":true,"l":["ab","ad"],"m":{"k":"v1"},"absent":null}"#
        #expect(said(spec, schema(rule)).isEmpty, "\(said(spec, schema(rule)))")
    }

    @Test(arguments: [
        ("self.a == 'y'", "no"), ("has(self.absent)", "no"), ("self.l.all(x, x == 'ab')", "no"), ("self.n > 2", "no"),
        ("self.zz == 1", "no such key: zz evaluating rule: self.zz == 1"),
        ("self.l[7] == ''", "index out of bounds: 7 evaluating rule: self.l[7] == ''"),
        ("self.n / 0 == 1", "division by zero evaluating rule: self.n / 0 == 1"),
        ("9223372036854775807 + self.n > 0", "integer overflow evaluating rule: 9223372036854775807 + self.n > 0"),
    ])
    func `that are broken say why`(rule: String, message: String) {
        let spec = #"{"a":"x","n":2,"l":["ab","ad"],"absent":null}"#
        #expect(said(spec, schema(rule)) == ["spec: Invalid value: \(message)"])
    }

    @Test(arguments: [
        "self.a.find('x') == 'x'", "quantity(self.a).isGreaterThan(quantity('1'))", "self.a ==", "self.a.all(x, true)",
        "{'a': 1} == self", "b'x' == self.a",
        "self.n.b == 1", "self.?a.orValue('x') == 'x'", "other == 1", "self.a + 1 == 2",
    ])
    func `beyond what is read are told as not checked`(rule: String) {
        let result = said(#"{"a":"x","n":2}"#, schema(rule))
        #expect(result.count == 1 && result.first?.hasSuffix(" was not checked") == true, "\(result)")
    }

    @Test func `about updates say nothing of what is created`() {
        #expect(said(#"{"a":"x"}"#, schema("self == oldSelf")).isEmpty)
    }

    @Test func `are left alone where something else is wrong`() {
        let schema =
            #"{"type":"object","properties":{"a":{"type":"string"}},"x-kubernetes-validations":[{"rule":"has(self.b)","message":"no"}]}"#
        let unknown = #"{"type":"object","x-kubernetes-validations":[{"rule":"has(self.b)","message":"no"}]}"#
        #expect(
            said(#"{"a":7}"#, unknown)
                == [#"spec.a: unknown field "spec.a""#, "spec: Invalid value: no"].sorted { $0 > $1 }
        )
        #expect(said(#"{"a":7}"#, schema) == [#"spec.a: Invalid value: "number": must be of type string"#])
    }

    @Test func `take no more than a number of steps`() {
        let list = "[" + (0..<2000).map { "\($0)" }.joined(separator: ",") + "]"
        let result = said(#"{"l":\#(list)}"#, schema("self.l.all(a, self.l.all(b, self.l.all(c, true)))"))
        #expect(result.first?.hasSuffix(" was not checked") == true, "\(result)")
    }

    @Test(arguments: [
        String(repeating: "(", count: 5000), String(repeating: "!", count: 5000),
        String(repeating: "a?b:", count: 5000),
    ])
    func `nested deeper than anybody writes them are not checked`(rule: String) {
        #expect(said("{}", schema(rule)).first?.hasSuffix(" was not checked") == true)
    }

    @Test func `say where and what they were told to say`() {
        let schema =
            #"{"type":"object","properties":{"a":{"type":"string"}},"x-kubernetes-validations":[{"rule":"self.a != 'x'","fieldPath":".a","messageExpression":"'not ' + self.a","message":"m"},{"rule":"false"}]}"#
        #expect(
            said(#"{"a":"x"}"#, schema) == [
                "spec.a: Invalid value: not x", "spec: Invalid value: failed rule: false",
            ]
        )
    }
}
