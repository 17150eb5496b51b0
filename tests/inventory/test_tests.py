from __future__ import annotations

import pytest

from prodify.inventory.data.test_patterns import PYTHON_ASSERTION
from prodify.inventory.tests import TestFacts

from .conftest import Repo


def test_python_cases_and_assertions(repo: Repo) -> None:
    facts = repo(
        {
            "tests/test_a.py": """
            import pytest

            def test_sum():
                assert 1 + 1 == two()

            def helper():
                assert True

            class TestX:
                def test_raises(self):
                    with pytest.raises(ValueError):
                        run()
            """,
        }
    ).tests
    assert [n.note for n in facts.cases] == ["test_sum", "test_raises"]
    assert facts.cases[0].location.line == 3
    assert facts.assertions == 2


@pytest.mark.parametrize(
    ("statements", "count"),
    [
        ("assert x", 1),
        ("assert True", 0),
        ("assert 1", 0),
        ("assert 1 == x", 1),
        ("assertion = 1", 0),
        ("assert_same(x)", 1),
        ("await assert_same(x)", 1),
        ("assertSame(x)", 1),
        ("x.assert_called_once()", 1),
        ("self.assertEqual(a, b); self.fail()", 2),
        ("myself.assertEqual(a, b)", 0),
        ("with pytest.raises(E), pytest.warns(W):", 2),
        ("mypytest.raises(E)", 0),
        ("pytest.raised(E)", 0),
        ("expect(x)", 1),
        ("unexpect(x)", 0),
        ("x = 1; assert x", 0),
        ("x = 1\nassert x\nself.assertTrue(y)", 2),
    ],
)
def test_what_asserts(statements: str, count: int) -> None:
    assert len(PYTHON_ASSERTION.findall(statements)) == count


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        "assert True",
        '"""Later."""',
        "assert 1 == 1",
        "self.assertTrue(True)",
        "# todo\n    pass",
        "print('x')",
        "self.assertEqual(1 + 1, 2)",
    ],
)
def test_stubs_are_no_tests(repo: Repo, body: str) -> None:
    facts = repo(
        {
            "tests.py": f"from django.test import TestCase\n\ndef test_it(self=None):\n    {body}\n",
            "app/tests.py": "from django.test import TestCase\n\n# Create here.\n",
        }
    ).tests
    assert facts.cases == ()
    assert facts.assertions == 0
    assert facts.integration == ()


@pytest.mark.parametrize(
    ("name", "text", "cases"),
    [
        ("src/a.test.ts", "it('adds', () => {\n  expect(add(1, 2)).toBe(3)\n})\ntest('works', () => { expect(true).toBe(true) })\n", 1),
        ("test/a.js", "test('x', async (t) => {\n  t.equal(a, 1)\n})\n", 1),
        ("a_test.go", 'package a\nfunc TestA(t *testing.T) {\n\tt.Errorf("x")\n}\n', 1),
        ("src/test/java/ATest.java", "class ATest {\n  @Test\n  void adds() { assertEquals(1, f()); }\n}\n", 1),
        ("spec/a_spec.rb", "it 'adds' do\n  expect(f).to eq(1)\nend\n", 1),
        ("src/lib.rs", "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() { assert_eq!(f(), 1); }\n}\n", 1),
        ("tests/ATest.php", "<?php\nclass ATest {\n  public function testAdds() { $this->assertSame(1, f()); }\n}\n", 1),
        ("tests/ATests.cs", "class A {\n  [Fact]\n  public void Adds() { Assert.Equal(1, F()); }\n}\n", 1),
        ("tests/check.sh", "curl -f http://x || exit 1\n", 1),
        ("test/helpers/.keep", "", 0),
    ],
)
def test_other_languages(repo: Repo, name: str, text: str, cases: int) -> None:
    facts = repo({name: text}).tests
    assert len(facts.cases) == cases
    assert (facts.assertions > 0) is (cases > 0)


def test_kinds(repo: Repo) -> None:
    facts = repo(
        {
            "tests/test_db.py": "import pytest\n@pytest.mark.django_db\ndef test_a(client):\n"
            "    assert client.get('/').status_code == 200\n",
            "tests/test_unit.py": "def test_b():\n    assert f() == 1\n",
            "tests/test_contract.py": "import schemathesis\nschema = schemathesis.from_path('x')\n@schema.parametrize()\n"
            "def test_api(case):\n    case.call_and_validate()\n",
            "tests/smoke.sh": "curl -f $URL\n",
            "load/test.js": "import http from 'k6/http'\nexport default () => http.get('x')\n",
            "locustfile.py": "from locust import HttpUser\n",
            "chaos/latency.yaml": "apiVersion: chaos-mesh.org/v1alpha1\n",
            "tests/test_llm.py": """
            from unittest.mock import patch
            def test_timeout():
                with patch("app.openai.chat", side_effect=TimeoutError):
                    assert ask("x") == "fallback"
            """,
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--cov=app"\n',
            "tests/test_secret.py": "import os\ndef test_live():\n    assert call(os.environ['OPENAI_API_KEY'])\n",
            "tests/test_set.py": "def test_set(monkeypatch):\n    monkeypatch.setenv('STRIPE_API_KEY', 'x')\n"
            "    assert os.environ['STRIPE_API_KEY']\n",
        }
    ).tests
    paths = {
        kind: [n.location.path for n in getattr(facts, kind)]
        for kind in TestFacts.__dataclass_fields__
        if kind not in ("cases", "assertions", "unread")
    }
    assert paths == {
        "integration": ["tests/test_db.py"],
        "contract": ["tests/test_contract.py"],
        "smoke": ["tests/smoke.sh"],
        "load": ["load/test.js", "locustfile.py"],
        "chaos": ["chaos/latency.yaml"],
        "model_failures": ["tests/test_llm.py"],
        "coverage": ["pyproject.toml"],
        "needs_secrets": ["tests/test_secret.py"],
    }
    assert [n.note for n in facts.needs_secrets] == ["OPENAI_API_KEY"]


def test_vendored_tests_are_not_first_party(repo: Repo) -> None:
    facts = repo(
        {"node_modules/x/a.test.js": "it('x', () => { expect(1).toBe(2) })\n", "vendor/test_x.py": "def test_x():\n    assert f()\n"}
    ).tests
    assert facts == TestFacts()


@pytest.mark.parametrize(
    ("path", "text", "counts"),
    [
        ("tests/test_contract.py", "def test_a(client):\n    assert client.get('/').json() == {}\n", True),
        ("tests/test_contract.py", "def test_a():\n    pass\n", False),
        ("tests/test_contract.py", "import brownie\n\ndef test_a():\n    assert brownie.accounts\n", False),
        ("tests/test_api.py", "def test_a(client):\n    assert client.get('/').json() == {}\n", False),
        ("tests/places.contract.test.ts", "it('keeps', () => { expect(get()).toEqual({}) })\n", True),
    ],
)
def test_contract_tests_are_known_by_name_too(path: str, text: str, counts: bool, repo: Repo) -> None:
    assert bool(repo({path: text}).tests.contract) is counts


_CLASS = "class ATest {{\n{}\n}}\n"


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        # What only looks like a test: a comment, a text, a method of something else.
        ("a.test.js", "// it('old', () => { expect(f()).toBe(1) })\nconst doc = `\ntest('said', () => { expect(1).toBe(2) })\n`\n", []),
        ("a.test.js", "pattern.test('x', () => {})\nsubmit('it', () => {})\nit.skip('x', () => { expect(f()).toBe(1) })\n", []),
        ("a.test.js", "it('pending')\n", []),
        ("a.test.js", "const test = make()\ntest('md5', 'abc', 1)\ntest({ users: f, hash: false }, g)\n", []),
        ("a_test.go", "package a\n\n// func TestOld(t *testing.T) { t.Fatal() }\nvar s = `\nfunc TestSaid(t *testing.T) {}\n`\n", []),
        ("a_test.go", 'package a\nfunc Testify(t *testing.T) { t.Fatal("x") }\nfunc TestMain(m *testing.M) { m.Run() }\n', []),
        ("src/test/java/ATest.java", _CLASS.format('  // @Test\n  void old() { assertTrue(f()); }\n  String s = "@Test";'), []),
        ("spec/a_spec.rb", "# it 'adds' do\n=begin\nit 'old' do\n  expect(f).to eq 1\nend\n=end\nit 'is not written yet'\n", []),
        ("tests/ATest.php", "<?php\n// function testOld() { $this->assertTrue(f()); }\n$a = 'function testSaid() {}';\n", []),
        ("tests/ATests.cs", 'class A {\n  // [Fact] public void Old() { Assert.Equal(1, F()); }\n  string s = "[Fact]";\n}\n', []),
        ("src/lib.rs", '// #[test] fn old() { assert!(f()); }\nconst S: &str = "#[test] fn said() {}";\n', []),
        # Other spellings, and what goes over lines.
        (
            "a.test.js",
            "it(\n  `goes over\n lines`,\n  async () => {\n    expect(\n      await f(),\n    ).toBe(1)\n  },\n)\n",
            ["goes over lines"],
        ),
        ("a.test.js", "test.each([[1, 2], [3, 4]])('adds %i', (a, b) => { expect(a).toBe(b) })\n", ["adds %i"]),
        ("a.test.ts", "test.each`a | b\n${1} | ${2}\n`('adds $a', ({ a, b }) => { expect(a).toBe(b) })\n", ["adds $a"]),
        ("a.test.js", "it.concurrent.only('is \"quoted\" twice', async () => { assert.equal(await f(), 1) })\n", ['is "quoted" twice']),
        ("a.test.js", "test(async t => { t.is(await f(), 1) })\n", ["async t => { t.is(await f(), 1) }"]),
        ("a.test.ts", "Deno.test({ name: 'x', fn() { assertEquals(f(), 1) } })\n", ["x"]),
        ("a.test.js", "it('answers', () => request(app).get('/').expect(200))\n", ["answers"]),
        ("a_test.go", "package a\nfunc TestA(\n\tt *testing.T,\n) {\n\tassert.Equal(t, 1, f())\n}\n", ["TestA"]),
        ("a_test.go", "package a\nfunc (s *Suite) TestB() {\n\ts.Require().NoError(f())\n}\n", ["TestB"]),
        (
            "a_test.go",
            'package a\nvar _ = Describe("a", func() {\n\tIt("adds", func() {\n\t\tExpect(f()).To(Equal(1))\n\t})\n})\n',
            ["adds"],
        ),
        ("src/test/java/ATest.java", _CLASS.format("  @Test void a() { assertEquals(1, f()); }"), ["a"]),
        ("src/test/java/ATest.java", _CLASS.format("  @Test(expected = E.class)\n  public final Map<A, B> b() { return f(); }"), ["b"]),
        ("src/test/java/ATest.java", "class ATest extends TestCase {\n  public void testOld() { assertEquals(1, f()); }\n}\n", ["testOld"]),
        ("src/test/kotlin/ATest.kt", "class ATest {\n  @Test\n  fun `adds up`() { assertEquals(1, f()) }\n}\n", ["adds up"]),
        (
            "src/test/kotlin/BTest.kt",
            'import io.kotest.core.spec.style.StringSpec\nclass BTest : StringSpec({\n  "adds" { f() shouldBe 1 }\n})\n',
            ["adds"],
        ),
        (
            "src/test/kotlin/CTest.kt",
            'import io.kotest.core.spec.style.FunSpec\nclass CTest : FunSpec({\n  test("adds") { f().shouldBe(1) }\n})\n',
            ["adds"],
        ),
        ("spec/a_spec.rb", "it { is_expected.to eq 1 }\n", ["it"]),
        ("spec/b_spec.rb", "it(%q(adds)) do\n  expect(f)\n    .to eq 1\nend\n", ["%q(adds)"]),
        ("test/a_test.rb", "def test_adds\n  assert_equal 1, f\nend\n", ["test_adds"]),
        (
            "tests/ATest.php",
            "<?php\nclass ATest {\n  #[Test]\n  public function adds(): void { $this->assertSame(1, f()); }\n"
            "  /** @test */\n  public function more() { self::assertSame(1, f()); }\n}\n",
            ["adds", "more"],
        ),
        (
            "tests/BTest.php",
            "<?php\nit('adds', function () {\n  expect(f())->toBe(1);\n});\ntest('x', fn () => expect(f())->toBe(2));\n",
            ["adds", "x"],
        ),
        (
            "tests/ATests.cs",
            'class A {\n  [Theory, InlineData(1)]\n  [Trait("a", "]")]\n  public async Task<int> Adds(int n) { n.Should().Be(1); }\n}\n',
            ["Adds"],
        ),
        ("src/lib.rs", "#[tokio::test]\n// slow\n#[should_panic]\nasync fn adds() { f() }\n", ["adds"]),
    ],
)
def test_tests_are_read_from_the_syntax_tree(repo: Repo, path: str, text: str, names: list[str]) -> None:
    assert [note.note for note in repo({path: text}).tests.cases] == names


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.test.js",
            "it('a', () => {})\nit('b', () => {\n  // later\n})\nit('c', () => { console.log(1) })\n"
            "it('d', () => expect(true).toBe(true))\n",
        ),
        ("a.test.ts", "test('a', async () => {\n  const x = 1\n  expect(\n    1 + 1,\n  ).toEqual(2)\n})\ntest('b', t => { t.pass() })\n"),
        (
            "a_test.go",
            'package a\nfunc TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { t.Skip("later") }\n'
            'func TestC(t *testing.T) { assert.True(t, true) }\n',
        ),
        (
            "src/test/java/ATest.java",
            _CLASS.format("  @Test\n  void contextLoads() {\n  }\n  @Test public void yes() { assertTrue( true ); }"),
        ),
        ("src/test/kotlin/ATest.kt", "class ATest {\n  @Test\n  fun addition_isCorrect() { assertEquals(4, 2 + 2) }\n}\n"),
        ("spec/a_spec.rb", "it 'a' do\nend\nit 'b' do\n  expect(true).to be true\nend\n"),
        ("test/a_test.rb", "def test_the_truth\n  assert true\nend\n"),
        (
            "tests/Unit/ExampleTest.php",
            "<?php\nclass ExampleTest extends TestCase {\n  public function test_that_true_is_true() {\n"
            "    $this->assertTrue(true);\n  }\n}\n",
        ),
        ("tests/BTest.php", "<?php\ntest('example', function () {\n  expect(true)->toBeTrue();\n});\n"),
        (
            "tests/UnitTest1.cs",
            "class A {\n  [Fact]\n  public void Test1()\n  {\n\n  }\n  [Test] public void Test2() { Assert.Pass(); }\n"
            "  [Fact] public void Test3() { Assert.True(true); }\n}\n",
        ),
        ("src/lib.rs", "#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_works() {\n        assert_eq!(2 + 2, 4);\n    }\n}\n"),
    ],
)
def test_what_generators_leave_tests_nothing(repo: Repo, path: str, text: str) -> None:
    facts = repo({path: text}).tests
    assert facts.cases == ()
    assert facts.assertions == 0


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("a.test.js", "it('a', () => {\n  expect(f()).toBe('expect(1)') // expect(2)\n  expect.any(String)\n})\n", 1),
        ("a.test.js", "it('a', () => {\n  try { f() } catch { expect(true).toBe(false) }\n})\n", 1),
        ("tests/ATest.php", "<?php\nclass ATest {\n  function testA() { $this->assertDatabaseHas('users', ['id' => 1]); }\n}\n", 1),
        ("src/lib.rs", 'fn f() { assert!(x); g().expect("y"); }\n#[test]\nfn a() { assert_eq!(f(), 1); }\n', 1),
        (
            "a_test.go",
            'package a\nfunc TestA(t *testing.T) {\n\tt.Run("a", func(t *testing.T) {\n'
            '\t\tif f() != "t.Fatal()" {\n\t\t\tt.Fatalf("x")\n\t\t}\n\t})\n}\n',
            1,
        ),
        ("a.test.js", "it('a', () => {\n  expect(5).toBe(add(2, 3))\n})\n", 1),
        ("spec/a_spec.rb", "it 'a' do\n  expect(get: '/a').to route_to('a#b')\n  expect(5).to eq(add(2, 3))\nend\n", 2),
        ("tests/ATest.php", "<?php\nit('a', function () { expect(5)->toBe(add(2, 3)); });\n", 1),
        (
            "tests/ATests.cs",
            'class A {\n#if N\n  [Fact(Skip = "x")]\n#else\n  [Fact]\n#endif\n  public void B() { Assert.Equal(1, F()); }\n}\n',
            1,
        ),
    ],
)
def test_assertions_are_calls(repo: Repo, path: str, text: str, count: int) -> None:
    facts = repo({path: text}).tests
    assert (len(facts.cases), facts.assertions) == (1, count)


def test_of_a_large_suite_a_part_is_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prodify.inventory.suites.MOST", 200)
    text = "it('works', () => {\n  expect(f()).toBe(1)\n})\n"
    facts = repo({f"test/{name}.js": text for name in "abcdefgh"} | {"test/z_db.js": text + "mongoose.connect(url)\n"}).tests
    assert [note.location.path for note in facts.cases] == ["test/a.js", "test/d.js", "test/g.js"]
    assert [note.location.path for note in facts.integration] == ["test/z_db.js"]
    assert facts.unread == 5
