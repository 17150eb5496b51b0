"""The trees that are measured. Nothing is taken from this checkout but the example; the rest is unpacked from wheels, once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "where2eat-prototype"
WHEELS = {
    "flask": ("flask==3.1.2",),
    "django": ("django==5.2.8",),
    "big": (
        "django==5.2.8", "sympy==1.14.0", "botocore==1.40.0", "plotly==6.3.0", "babel==2.17.0", "pygments==2.19.2", "sqlalchemy==2.0.43",
        "google-api-python-client==2.179.0", "azure-mgmt-network==29.0.0", "networkx==3.5", "faker==37.5.3", "ansible-core==2.18.8",
        "jedi==0.19.2",
    ),
}  # fmt: skip
"""Tree to the distributions whose wheels make it, versions fixed so that two machines measure the same."""
LARGE = 250 << 20
"""What the large tree must hold at least, in bytes."""
_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")


def folder() -> Path:
    """Where trees are kept: `$PRODIFY_BENCH_DATA`, else the user's cache directory."""
    base = os.environ.get("PRODIFY_BENCH_DATA")
    return Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prodify-bench"


def tree(name: str) -> Path | str:
    """The tree of that name as a committed repository, made on first use; or why there is none."""
    if name != "example" and name not in WHEELS:
        return f'no such tree, expected one of {", ".join(("example", *WHEELS))}'  # and above all nothing that is removed below
    place = folder() / name
    if (place / ".git").is_dir():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    problem = _copy_example(place) if name == "example" else _unpack(place, WHEELS[name])
    if problem is not None:
        shutil.rmtree(place, ignore_errors=True)
        return problem
    for arguments in (("init", "-q"), ("add", "-A", "-f"), ("commit", "-q", "-m", "tree")):
        subprocess.run([*_GIT, *arguments], cwd=place, check=True, capture_output=True)
    return place


def _copy_example(place: Path) -> str | None:
    shutil.copytree(EXAMPLE, place, dirs_exist_ok=True)
    return None


def _unpack(place: Path, requirements: tuple[str, ...]) -> str | None:
    store = folder() / "wheels"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--dest", str(store), *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"pip could not download it: {done.stderr.strip().splitlines()[-1][:120] if done.stderr.strip() else 'no reason given'}"
    for requirement in requirements:
        name, _, version = requirement.partition("==")
        wheel = next(w for w in store.glob("*.whl") if w.name.lower().replace("_", "-").startswith(f"{name}-{version}".lower()))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(place / name)
    return None


def size(place: Path) -> tuple[int, int]:
    """How many files git knows in a tree, and their bytes."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=place, capture_output=True, check=True).stdout.split(b"\0")
    sizes = [os.lstat(place / os.fsdecode(name)).st_size for name in names if name]
    return len(sizes), sum(sizes)


def blob_bytes(repository: Path) -> int:
    """Bytes of all blobs in a repository's history."""
    arguments = ["git", "cat-file", "--batch-check=%(objecttype) %(objectsize)", "--batch-all-objects", "--unordered"]
    rows = subprocess.run(arguments, cwd=repository, capture_output=True, check=True).stdout.split(b"\n")
    return sum(int(row.split()[1]) for row in rows if row.startswith(b"blob"))
