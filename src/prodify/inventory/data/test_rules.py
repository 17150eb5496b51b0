"""What a test, an assertion and an assertion that cannot fail are in each language's syntax tree, as rules.

Python's tests are read from its own module (`data/test_patterns.py`), and Elixir, Groovy and shell, which have no tree here, as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.query import in_ascii
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.lazyre import Search

Rule = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Suite:
    """How one language writes tests. `where`: a file in whose text this does not occur holds none, and is not parsed.

    `always`: which of `asserts` hold whatever the code does, for all that they are given is written out.
    `beside`: tests stand in files of the program, too, so that only what stands inside of a test is an assertion.
    """

    languages: tuple[str, ...]
    where: Search
    cases: Rule
    asserts: Rule
    always: Rule
    beside: bool = False


def _any(*rules: Rule) -> Rule:
    return {"any": list(rules)}


def _kinds(names: str) -> Rule:
    return {"any": [{"kind": name} for name in names.split()]}


def _field(field: str, **rule: object) -> Rule:
    return {"has": {"field": field, **rule}}


def _constant(literals: str, names: str, never: str) -> Rule:
    """A list of arguments with a literal and without a name; where one of them is `false`, it was meant to fail."""
    return {"all": [{"has": {**_kinds(literals), "stopBy": "end"}}, {"not": {"has": {**_kinds(f"{names} {never}"), "stopBy": "end"}}}]}


_TRUTH = (
    r"(?i)^(assert|ok|is|pass|true|isTrue|equals?|same|is_?same|strictEqual|deepEqual|areEqual|assert_?(true|equals?|same))$"
)
"""Names of assertions that say nothing where all that they are given is literal: others look something up (`assertDatabaseHas`)."""

# -- JavaScript and TypeScript ----------------------------------------------------------------------------------------

_JS_WORDS = r"^(it|test|specify|fit)$"
_JS_MEMBER = _any(
    {"all": [_field("object", regex=r"^(it|test|specify)(\.(only|concurrent|serial|sequential|failing|each))*$"),
             _field("property", regex=r"^(only|each|concurrent|serial|sequential|failing|for)$")]},
    {"all": [_field("object", regex=r"^(tap|Deno|QUnit|lab|suite)$"), _field("property", regex=r"^(test|it)$")]},
)  # fmt: skip
_JS_NAME: Rule = _any({"kind": "identifier", "regex": _JS_WORDS}, {"kind": "member_expression", **_JS_MEMBER})
_JS_CALLED: Rule = _any(_JS_NAME, {"kind": "call_expression", **_field("function", **{"kind": "member_expression", **_JS_MEMBER})})
"""`it`, `it.only`, and what `it.each(...)` or the tagged template `it.each` makes."""
_JS_FUNCTIONS = "arrow_function function_expression generator_function"
_JS_ARGUMENTS: Rule = _any(
    {"has": _kinds(_JS_FUNCTIONS)},
    {"all": [{"has": {**_kinds("string template_string"), "nthChild": 1}},
             {"has": {**_kinds("identifier call_expression member_expression"), "nthChild": {"position": 1, "reverse": True}}},
             {"has": {"nthChild": 2}}]},
    {"has": {"kind": "object", "nthChild": 1, "has": {**_kinds("pair method_definition"), "regex": r"^(async\s+)?fn\b"}}},
)
"""A function, written there or behind a title by its name; Deno's object with one. One's own function `test` is given something else."""
_TAP = (
    r"is|not|equals?|same|match|ok|notOk|deepEqual|notDeepEqual|like|truthy|falsy|true|false|error|throws\w*|notThrows\w*|rejects"
    r"|resolves|regex|snapshot|plan|pass|fail|strictSame|notEqual|has|hasStrict|type"
)
"""Assertions of ava, tap, tape and Node's own runner, on the object that they hand to a test."""
_JS_ASSERTS: Rule = _any(
    {"kind": "call_expression", "regex": r"^(expect(\.(soft|poll|element))?|assert\w*(\.\w+)*|(\w+\.)+assert(\.\w+)*|should"
                                         rf"|(t|tap)\.({_TAP})|expect[A-Z]\w*)\s*(<[^>]*>)?\("},
    {"kind": "property_identifier", "regex": r"^(should|expect\w*)$", "inside": {"kind": "member_expression"}},
)
"""Calls by how they begin, and names in the middle of a chain: `request(app).get("/").expect(200)`, `body.should.have.length(1)`."""
_JS_CONSTANT = _constant("true string template_string number array object",
                         "identifier property_identifier shorthand_property_identifier", "false")  # fmt: skip
_JS_ALWAYS: Rule = {"kind": "call_expression", "regex": r"^(expect|assert|t\.|tap\.)", "all": [
    _field("function", **_any(
        {"kind": "identifier", "regex": r"^(expect|assert)$"},
        {"kind": "member_expression", "all": [_field("object", regex=r"^(assert|t|tap)$"), _field("property", regex=_TRUTH)]})),
    _any(_field("arguments", **_JS_CONSTANT), _field("function", kind="member_expression", has={"field": "property", "regex": "^pass$"})),
    {"not": {"inside": {"kind": "call_expression", "stopBy": _kinds("expression_statement arrow_function arguments"), "any": [
        _field("arguments", has={**_kinds("false identifier"), "stopBy": "end"}), _field("function", regex=r"\.not\.|Falsy$")]}}},
]}  # fmt: skip

# -- languages whose tests are methods with a mark ---------------------------------------------------------------------

_JAVA_MARK = r"^(\w+\.)*(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|QuarkusTest)$"
_JAVA_ANNOTATED: Rule = {"kind": "method_declaration", "regex": "^[^(]*@", "has": {"kind": "modifiers", "has": {
    **_kinds("annotation marker_annotation"), **_field("name", regex=_JAVA_MARK)}}}  # fmt: skip
_JAVA_OLD: Rule = {"kind": "method_declaration", "all": [
    _field("name", regex="^test"),
    {"inside": {"kind": "class_declaration", "has": {"field": "superclass", "regex": r"TestCase$"}, "stopBy": "end"}}]}  # fmt: skip
_JVM_ASSERTS = r"^(assert\w*|verify\w*|coVerify\w*|expect\w*|should\w*|and[eE]xpect\w*|fail|then|isEqualTo)$"
_JAVA_ASSERTS: Rule = _any(
    {"kind": "identifier", "regex": _JVM_ASSERTS, "inside": {"kind": "method_invocation", **_field("name", regex=_JVM_ASSERTS)}},
    {"kind": "assert_statement"},
    {"kind": "element_value_pair", "regex": r"^expected\s*="},
)
_JAVA_LITERALS = "true string_literal decimal_integer_literal decimal_floating_point_literal character_literal null_literal"
_JAVA_ALWAYS: Rule = _any(
    {"kind": "method_invocation", "regex": r"^(\w+\.)?assert", "all": [
        _field("name", regex=_TRUTH), _field("arguments", **_constant(_JAVA_LITERALS, "identifier method_invocation", "false"))]},
    {"kind": "assert_statement", "has": {"kind": "true"}},
)  # fmt: skip

_KT_TITLED: Rule = {"kind": "call_expression", "has": {"kind": "call_suffix", "has": {"kind": "annotated_lambda"}}, "any": [
    {"has": {"kind": "simple_identifier", "nthChild": 1, "regex": r"^(test|it|should|expect|Then|then|xthen|specify|scenario|feature)$"},
     "all": [{"has": {"kind": "call_suffix", "has": {"kind": "value_arguments", "has": {"has": {"kind": "string_literal"}}}}}]},
    {"has": {"kind": "string_literal", "nthChild": 1}},
    {"has": {"kind": "call_expression", "nthChild": 1, "has": {
        "kind": "simple_identifier", "regex": r"^(test|it|should|then|Then)$"}}},
]}  # fmt: skip
"""Kotest and Spek: `test("...") { }`, `"..." { }`."""
_KT_CASES: Rule = _any(
    {"kind": "function_declaration", "regex": "^[^(]*@", "has": {"kind": "modifiers", "has": {"kind": "annotation", "has": {
        **_kinds("user_type constructor_invocation"), "regex": r"^(\w+\.)*(Test|ParameterizedTest|RepeatedTest|TestFactory)\b"}}}},
    _KT_TITLED,
)  # fmt: skip
_KT_ASSERTS: Rule = _any(
    {"kind": "simple_identifier", "regex": _JVM_ASSERTS, "any": [
        {"inside": {"kind": "call_expression"}, "not": {"regex": "^(then|expect|should)$"}},
        {"inside": {"kind": "navigation_suffix", "inside": {"kind": "navigation_expression", "inside": {"kind": "call_expression"}}}},
        {"inside": {"kind": "infix_expression"}}]},
)  # fmt: skip
_KT_LITERALS = "boolean_literal string_literal integer_literal long_literal real_literal"
_KT_ALWAYS: Rule = {"kind": "call_expression", "regex": "^assert", "all": [
    {"has": {"kind": "simple_identifier", "nthChild": 1, "regex": _TRUTH}},
    {"has": {"kind": "call_suffix", "has": {"kind": "value_arguments", "all": [
        {"has": {**_kinds(_KT_LITERALS), "stopBy": "end"}},
        {"not": {"has": {**_any({"kind": "simple_identifier"}, {"kind": "boolean_literal", "regex": "^false$"}), "stopBy": "end"}}}]}}},
]}  # fmt: skip

_CS_MARK = r"^(\w+\.)*(\w*Fact|\w*Theory|Test|TestMethod|DataTestMethod|TestCase(Source)?|Property)(Attribute)?$"
_CS_MARKED: Rule = {"kind": "attribute_list", "has": {"kind": "attribute", **_field("name", regex=_CS_MARK)}}
_CS_ASSERTS: Rule = _any(
    {"kind": "invocation_expression", "regex": r"^(\w+\.)*\w*Assert\s*\."},
    {"kind": "identifier", "regex": r"^(Should|Verify|Expect|Received|DidNotReceive)", "inside": {
        "kind": "member_access_expression", "inside": {"kind": "invocation_expression"}}},
)
_CS_LITERALS = "boolean_literal string_literal integer_literal real_literal character_literal null_literal"
_CS_ALWAYS: Rule = {"kind": "invocation_expression", "regex": r"^(Xunit\.)?Assert\.", "all": [
    _field("function", kind="member_access_expression", all=[
        _field("expression", regex="^(Xunit\\.)?Assert$"), _field("name", regex=_TRUTH)]),
    _any(_field("function", regex=r"\.Pass$"), _field("arguments", all=[
        {"has": {**_kinds(_CS_LITERALS), "stopBy": "end"}},
        {"not": {"has": {**_any({"kind": "identifier"}, {"kind": "boolean_literal", "regex": "^false$"}), "stopBy": "end"}}}])),
]}  # fmt: skip

_PHP_CASES: Rule = _any(
    {"kind": "method_declaration", "any": [
        _field("name", regex="^test"),
        {"has": {"kind": "attribute_list", "has": {"kind": "attribute", "regex": r"^\\?(\w+\\)*Test\b", "stopBy": "end"}}},
        {"follows": {"kind": "comment", "regex": r"@test\b"}}]},
    {"kind": "function_call_expression", "all": [
        _field("function", regex="^(it|test)$"),
        _any(_field("arguments", has={"kind": "argument", "has": _kinds("anonymous_function arrow_function")}),
             {"inside": {"kind": "member_call_expression"}})]},
)  # fmt: skip
"""PHPUnit's by name, attribute and mark in the comment above, and Pest's."""
_PHP_ASSERTS: Rule = _any(
    {"kind": "member_call_expression", "has": {"field": "name", "regex": r"^(assert|see|dontSee|expect|should)\w*$"}},
    {"kind": "scoped_call_expression", "has": {"field": "name", "regex": r"^assert"}},
    {"kind": "function_call_expression", "has": {"field": "function", "regex": r"^\\?(expect|assert\w*|verify)$"}},
)
_PHP_CONSTANT: Rule = {"all": [
    {"has": {**_kinds("boolean string encapsed_string integer float array_creation_expression"), "stopBy": "end"}},
    {"not": {"has": {**_any({"kind": "name"}, {"kind": "boolean", "regex": "(?i)^false$"}), "stopBy": "end"}}}]}  # fmt: skip
_PHP_ALWAYS: Rule = {"all": [
    _kinds("member_call_expression scoped_call_expression function_call_expression"),
    _any(_field("name", regex=_TRUTH), _field("function", regex="^(expect|assert)$")), _field("arguments", **_PHP_CONSTANT),
    {"not": {"inside": {"kind": "member_call_expression", **_field("arguments", has={"kind": "name", "stopBy": "end"})}}}]}  # fmt: skip

# -- Go, Ruby, Rust ----------------------------------------------------------------------------------------------------

_GO_PARAMETER: Rule = {"has": {"kind": "parameter_declaration", "has": {"field": "type", "regex": r"^\*?\w+\.(T|F|TB)$"}}}
_GO_CASES: Rule = _any(
    {"kind": "function_declaration", "all": [_field("name", regex="^(Test|Fuzz)([^a-z]|$)"), _field("parameters", **_GO_PARAMETER)]},
    {"kind": "method_declaration", "all": [
        _field("name", regex="^Test[^a-z]"), _field("parameters", regex=r"^\((\w+ \*(\w+\.)?C)?\)$"),
        {"not": {"has": {"field": "result", "regex": "."}}}]},
    {"kind": "call_expression", "regex": r"^(ginkgo\.)?(It|Specify)\(", **_field("arguments", has={"kind": "func_literal"})},
)  # fmt: skip
"""The package's own, methods of testify's and check's suites, and Ginkgo's."""
_GO_CHECKS = (
    r"Equal|NotEqual|EqualValues|Exactly|Nil|NotNil|NoError|Error|ErrorIs|ErrorAs|ErrorContains|EqualError|True|False|Empty|NotEmpty|Len"
    r"|Contains|NotContains|Zero|NotZero|ElementsMatch|JSONEq|Panics|NotPanics|Regexp|Greater\w*|Less\w*|InDelta|Subset|Same|IsType"
)
_GO_ASSERTS: Rule = {"kind": "call_expression", "regex":
    rf"^((assert|require|asserts|must|qt)\.\w+|\w+\.(Error|Fatal|Fail|FailNow|Errorf|Fatalf)|c\.(Assert|Check)"
    rf"|[a-z]\w{{0,8}}(\.(Require|Assert)\(\))?\.({_GO_CHECKS})f?|(gomega\.)?(Expect\w*|Eventually|Consistently))\("}  # fmt: skip
"""Of `testing`, testify, must, quicktest, check and gomega: a call by how it begins."""
_GO_LITERALS = "true interpreted_string_literal raw_string_literal int_literal float_literal"
_GO_ALWAYS: Rule = {"kind": "call_expression", "regex": r"^(assert|require)\.(True|Equal)f?\(", "all": [
    _field("arguments", all=[
        {"has": {**_kinds(_GO_LITERALS), "nthChild": 2}},
        {"not": {"has": {**_kinds("identifier selector_expression call_expression false composite_literal"),
                         "nthChild": {"position": "n+2"}}}}]),
]}  # fmt: skip

_RB_CASES: Rule = _any(
    {"kind": "call", "regex": "^(it|test|spec|scen|exam|fit)", "all": [
        _field("method", regex="^(it|test|specify|scenario|example|its|fit)$"),
        _any(_field("method", regex="^(it|specify)$"), _field("arguments", regex=".")),
        {"has": _kinds("do_block block")}, {"not": _field("receiver", regex=".")}]},
    {"kind": "method", "has": {"field": "name", "regex": "^test_"}},
)  # fmt: skip
_RB_ASSERTS: Rule = _any(
    {"kind": "call", "regex": r"^(assert|refute|expect|should|flunk)\w*[\s({]"},
    {"kind": "identifier", "regex": r"^(is_expected|should\w*|must_\w+|wont_\w+|expects)$", "inside": {"kind": "call"},
     "not": {"nthChild": 1, "regex": "^should"}},
)
_RB_ALWAYS: Rule = {"kind": "call", "regex": "^(expect|assert)", "any": [
    {"all": [_field("method", regex="^(assert|assert_equal|assert_same)$"),
             _field("arguments", **_constant("true integer string float", "identifier constant instance_variable call", "false"))]},
    {"all": [_field("method", regex="^expect$"), _field("arguments", regex=r"^\((true|[0-9+ ]+)\)$"),
             {"inside": {"kind": "call", "not": _field("arguments", has={
                 "kind": "identifier", "stopBy": "end", "not": {"regex": "^(be|eq|eql|equal|be_truthy)$"}})}}]},
]}  # fmt: skip
"""RSpec's matcher has a say, too: `expect({ get: "/" }).to route_to(...)` looks something up."""

_RUST_MARK = r"^#\[\s*(\w+::)*(test|rstest|test_case|wasm_bindgen_test|quickcheck|tokio_test|proptest)\b"
_RUST_CASES: Rule = {"kind": "function_item", "follows": {
    "kind": "attribute_item", "regex": _RUST_MARK,
    "stopBy": {"not": _kinds("attribute_item line_comment block_comment")}}}  # fmt: skip
_RUST_ASSERTS: Rule = _any(
    {"kind": "macro_invocation", "has": {"field": "macro", "regex": r"(^|::|_)assert\w*$|^(panic|unreachable)$"}},
    {"kind": "try_expression"},
    {"kind": "call_expression", "has": {"field": "function", "has": {
        "kind": "field_identifier", "regex": r"^(expect\w*|unwrap_err|assert\w*)$"}}},
)  # fmt: skip
_RUST_ALWAYS: Rule = {"kind": "macro_invocation", "all": [
    _field("macro", regex="^assert(_eq)?$"),
    {"has": {"kind": "token_tree", **_constant("boolean_literal integer_literal string_literal", "identifier", "self")}},
    {"not": {"has": {"kind": "token_tree", "has": {"kind": "boolean_literal", "regex": "^false$"}}}}]}  # fmt: skip

def _suite(languages: str, where: str, cases: Rule, asserts: Rule, always: Rule, *, beside: bool = False) -> Suite:
    return Suite(tuple(languages.split()), lazy(where), in_ascii(cases), in_ascii(asserts), in_ascii(always), beside)


SUITES: tuple[Suite, ...] = (
    _suite("javascript typescript tsx", r"\b(?:it|test|specify|fit)\s*[.(<]",
          {"kind": "call_expression", "regex": r"^(it|test|specify|fit|tap|Deno|QUnit|lab|suite)\b", "all": [
              _field("function", **_JS_CALLED), _field("arguments", **_JS_ARGUMENTS)]},
          _JS_ASSERTS, _JS_ALWAYS),
    _suite("go", r"\bfunc\s+(?:\([^)]*\)\s*)?(?:Test|Fuzz)|\b(?:It|Specify)\(", _GO_CASES, _GO_ASSERTS, _GO_ALWAYS),
    _suite("java", r"Test|@\s*Property", _any(_JAVA_ANNOTATED, _JAVA_OLD), _JAVA_ASSERTS, _JAVA_ALWAYS),
    _suite("kotlin", r"Test\b|kotest|spek", _KT_CASES, _KT_ASSERTS, _KT_ALWAYS),
    _suite("ruby", r"\b(?:it|test|specify|scenario|example|its)\b|\bdef\s+test_", _RB_CASES, _RB_ASSERTS, _RB_ALWAYS),
    _suite("php", r"(?i)test|\bit\s*\(", _PHP_CASES, _PHP_ASSERTS, _PHP_ALWAYS),
    _suite("csharp", r"Fact|Theory|Test|Property",
          {"kind": "method_declaration", "regex": r"^[\[#]", "has": _any(
              _CS_MARKED, {"kind": "preproc_if_in_attribute_list", "has": _CS_MARKED})},
          _CS_ASSERTS, _CS_ALWAYS),
    _suite("rust", r"#\[\s*(?:\w+::)*(?:test|rstest|test_case|wasm_bindgen_test|quickcheck)\b", _RUST_CASES, _RUST_ASSERTS,
          _RUST_ALWAYS, beside=True),
)  # fmt: skip
"""Every language's way to write tests."""

IDLE_CALL = lazy(
    r"^(console\.\w+|print\w*|puts|p|pp|System\.out\.\w+|Console\.Write\w*|fmt\.Print\w*|e?println|dbg|echo"
    r"|t\.(Skip\w*|Log\w*|Parallel|Helper|end|skip|todo)|this\.skip|done|skip|pending|TODO|todo|unimplemented"
    r"|\$this->markTest(Incomplete|Skipped)|Assert\.(Inconclusive|Ignore|Pass))[!?]?$"
)
"""Calls that test nothing, by the name they are called under."""
IDLE_KINDS = frozenset("return_statement return empty_statement echo_statement throw_statement throw_expression pass".split())
"""Statements that test nothing: to return or to say that something is not written yet."""
