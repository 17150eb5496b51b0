from __future__ import annotations

from prodify.inventory.facts import Role

from .conftest import Repo

KEY = "sk-" + "proj-" + "Zq7Lw2Xv9Nc4Rt6Yb1Mh8Kd3" * 2


def test_each_file_once_in_order_with_its_role_and_no_value(repo: Repo) -> None:
    inv = repo(
        {
            "b.py": f"KEY = '{KEY}'\n",
            "a/.env": f"OPENAI_API_KEY={KEY}\n",
            "tests/test_a.py": f"KEY = '{KEY}'\n",
            "clean.py": "import os\nKEY = os.environ['OPENAI_API_KEY']\n",
        }
    )
    hits = inv.secrets
    assert [h.location.path for h in hits] == ["a/.env", "b.py", "tests/test_a.py"]
    assert [h.role for h in hits] == [Role.PRODUCTION, Role.PRODUCTION, Role.TEST]
    assert KEY not in repr(hits)
    assert hits == repo({}).secrets


def test_binary_files_are_left_out(repo: Repo) -> None:
    inv = repo({"a.txt": "x"})
    (inv.files.root / "b.bin").write_bytes(b"\0\0" + KEY.encode())
    assert inv.secrets == ()
