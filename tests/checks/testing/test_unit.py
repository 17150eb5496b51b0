"""What counts as a test."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge

CODE = {"app.py": "def price(n):\n    return 3 * n\n"}


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        pytest.param({"tests/test_app.py": "def test_nothing():\n    assert True\n"}, Kind.FAIL, id="assert True"),
        pytest.param({"tests/test_app.py": "import pytest\n"}, Kind.FAIL, id="no test in it"),
        pytest.param(
            {"app_test.py": "from app import price\n\n\ndef test_price():\n    assert price(2) == 6\n"}, Kind.PASS, id="beside the code"
        ),
        pytest.param(
            {
                "tests/test_app.py": "import unittest\n\nfrom app import price\n\n\nclass Prices(unittest.TestCase):\n"
                "    def test_price(self):\n        self.assertEqual(price(2), 6)\n"
            },
            Kind.PASS,
            id="unittest",
        ),
    ],
)
def test_unit_tests_exist(judge: Judge, files: dict[str, str], kind: Kind) -> None:
    assert judge("unit-tests-exist", CODE | files).kind is kind
