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
        if kind not in ("cases", "assertions")
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
