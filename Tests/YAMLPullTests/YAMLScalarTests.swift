import JSONPull
import Testing
import YAMLPull

/// Expectations checked against sigs.k8s.io/yaml over go-yaml v2.
@Suite struct `YAML scalars` {
    @Test(arguments: [
        ("y Y yes Yes YES true True TRUE on On ON", "true"),
        ("n N no No NO false False FALSE off Off OFF", "false"),
        ("~ null Null NULL", "null"),
        ("0 00 -0 0x0 0b0 0_0", "0"),
        ("31 0x1F 0X1f +31 037 0o37 0O37 0b11111 0B1_1111 3_1 3__1_ +_31", "31"),
        ("-10 -0xA -012 -0o12 -0b1010", "-10"),
        ("0b-1", "-1"),
        ("9223372036854775807 0x7FFFFFFFFFFFFFFF", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615 0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000"),
        ("+9223372036854775808", "9223372036854776000"),
        ("0.5 .5 +.5 5e-1 .5_0 0.5_0 .5e0", "0.5"),
        ("1000.0 1e3 1E+3 1000. 1_000.0", "1000"),
        ("8.0 08", "8"),
        ("1e21", "1e+21"),
        ("1e-7 0.0000001", "1e-7"),
        ("0.000001", "0.000001"),
        ("-0.0", "-0"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("1e-400 0.0", "0"),
    ])
    func `of each spelling become`(spellings: String, json: String) throws {
        for spelling in spellings.split(separator: " ") {
            #expect(try yamlLines("a: \(spelling)") == ["{\"a\":\(json)}"], "\(spelling)")
        }
    }

    @Test(arguments: [
        "yEs", "tRUE", "nULL", "oN", "~~", "_1", "+", "--1", ".", "..", ".e1", "._5", ".5_", "0x", "0b2", "0x1p3",
        "1e",
        "1e400", "0x1FFFFFFFFFFFFFFFF", "1:30", "190:20:30", "2001-12-14", "2001-12-14T01:02:03Z", "1.5.2", "Infinity",
        "inf", "nan", "1,000", "<<", "=", "v1", "10m", "a b", "+.nan", ".Nan", "http://x/y:z",
    ])
    func `of other spellings stay strings`(spelling: String) throws {
        #expect(try yamlLines("a: \(spelling)") == ["{\"a\":\"\(spelling)\"}"])
    }

    @Test(arguments: ["true", "1", "1.5", "~", "", "no", "<<"])
    func `in quotes are strings`(spelling: String) throws {
        #expect(try yamlLines("- '\(spelling)'\n- \"\(spelling)\"") == ["[\"\(spelling)\",\"\(spelling)\"]"])
    }

    @Test func `that are empty are null`() throws {
        #expect(
            try yamlLines("a:\nb: # nothing\nc: ''\nd: []\ne: {}") == [#"{"a":null,"b":null,"c":"","d":[],"e":{}}"#]
        )
    }

    @Test(arguments: [
        ("!!str 5", #""5""#), ("!!str", #""""#), ("!!str null", #""null""#), ("! 5", #""5""#), ("!custom 5", #""5""#),
        ("!!int '5'", "5"), ("!!int 0x10", "16"), ("!!int 18446744073709551615", "18446744073709551615"),
        ("!!float 5", "5"), ("!!float '1.5'", "1.5"), ("!!bool 'yes'", "true"), ("!!null ''", "null"),
        ("!!timestamp 2001-12-14", #""2001-12-14""#), ("!!binary aGVsbG8=", #""hello""#),
        ("!!binary \"aGVs\\nbG8h\"", #""hello!""#), ("!!seq [1]", "[1]"), ("!!map {b: 1}", #"{"b":1}"#),
        ("!!str [1]", "[1]"),
        ("!<tag:yaml.org,2002:int> '7'", "7"),
    ])
    func `follow their tags`(yaml: String, json: String) throws {
        #expect(try yamlLines("a: \(yaml)") == ["{\"a\":\(json)}"])
    }

    @Test(arguments: [
        ("!!int x", #""x" is no !!int at line 1, column 4 (correct the value, or remove the tag)"#),
        ("!!bool 1", #""1" is no !!bool at line 1, column 4 (correct the value, or remove the tag)"#),
        ("!!float x", #""x" is no !!float at line 1, column 4 (correct the value, or remove the tag)"#),
        ("!!null x", #""x" is no !!null at line 1, column 4 (correct the value, or remove the tag)"#),
        ("!!timestamp x", #""x" is no !!timestamp at line 1, column 4 (correct the value, or remove the tag)"#),
        (
            "!!binary a",
            "!!binary holds no base64 of a UTF-8 text at line 1, column 4 "
                + "(remove the tag: Kubernetes takes base64 as a plain string)"
        ),
        (
            "!!binary /w==",
            "!!binary holds no base64 of a UTF-8 text at line 1, column 4 "
                + "(remove the tag: Kubernetes takes base64 as a plain string)"
        ),
        (".inf", "JSON has no number .inf at line 1, column 4 (write a finite number, or put it in quotes)"),
        ("-.INF", "JSON has no number -.inf at line 1, column 4 (write a finite number, or put it in quotes)"),
        (".NaN", "JSON has no number .nan at line 1, column 4 (write a finite number, or put it in quotes)"),
    ])
    func `that do not fit are errors`(yaml: String, error: String) throws {
        #expect(try yamlError("a: \(yaml)") == error)
    }

    @Test func `keep every character`() throws {
        let yaml = "a: \"\\0\\x07\\t\\n\\r\\\"\\\\\\/\\e\\u00e9\\U0001F600\\u2028\"\nb: é🙂\u{7FF}\nc: 'it''s'"
        let document = try yamlDocument(yaml)
        let expected =
            #"{"a":"\u0000\u0007\t\n\r\"\\/\u001bé"# + "\u{1F600}\u{2028}" + #"","b":"é🙂"# + "\u{7FF}"
            + #"","c":"it's"}"#
        #expect(document.json == Array(expected.utf8))
    }

    @Test func `in blocks are folded or kept`() throws {
        let yaml = "a: |\n  x\n   y\nb: >\n  x\n  y\n\n  z\nc: |-\n  q\nd: |+\n  w\n\n"
        #expect(try yamlLines(yaml) == [#"{"a":"x\n y\n","b":"x y\nz\n","c":"q","d":"w\n\n"}"#])
    }
}
