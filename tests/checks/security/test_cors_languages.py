"""Wildcard origins in languages other than Python and JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.checks.security.cors import _wildcards
from prodify.inventory import Inventory
from tests.checks.conftest import lay_out

_SPRING = "package a;\nclass Web {\n  void map(CorsRegistry r, CorsConfiguration c) {\n    %s\n  }\n}\n"
_GO = "package main\n\nfunc main() {\n\te.Use(%s)\n}\n"


def _lines(tmp_path: Path, name: str, text: str) -> list[int | None]:
    return [note.location.line for note in _wildcards(Inventory(lay_out(tmp_path, {name: text}))) if note.location is not None]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("main.go", _GO % 'middleware.CORSWithConfig(middleware.CORSConfig{AllowOrigins: []string{"*"}})', 4),
        ("main.go", _GO % "cors.Default()", 4),
        ("Web.java", _SPRING % 'c.setAllowedOrigins(asList("*"));', 4),
        ("Web.java", _SPRING % 'r.addMapping("/**").allowedOrigins("*").allowedMethods("GET");', 4),
        ("Web.java", "package a;\n\n@CrossOrigin\nclass Web {\n}\n", 3),
        ("Web.kt", 'fun map(c: CorsConfiguration) {\n    c.addAllowedOrigin("*")\n}\n', 2),
        ("main.rs", "fn main() {\n    let app = Router::new().layer(CorsLayer::permissive());\n}\n", 2),
        ("Program.cs", "class P {\n  void M(CorsPolicyBuilder p) {\n    p.AllowAnyOrigin();\n  }\n}\n", 3),
    ],
)
def test_a_wildcard_is_found(tmp_path: Path, name: str, text: str, line: int) -> None:
    assert _lines(tmp_path, name, text) == [line]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.go", _GO % 'cors.New(cors.Config{AllowOrigins: []string{"https://shop.example"}, AllowHeaders: []string{"*"}})'),
        ("Web.java", _SPRING % 'r.addMapping("/**").allowedOrigins("https://shop.example").allowedMethods("*");'),
        ("Web.java", '@CrossOrigin(origins = "https://shop.example")\nclass Web {\n}\n'),
        ("Program.cs", 'class P {\n  void M(CorsPolicyBuilder p) {\n    p.WithOrigins("https://shop.example");\n  }\n}\n'),
    ],
)
def test_named_origins_are_not(tmp_path: Path, name: str, text: str) -> None:
    assert _lines(tmp_path, name, text) == []
