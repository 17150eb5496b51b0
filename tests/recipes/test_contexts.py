"""Every template uses exactly what its context holds, and no generated text carries a placeholder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from jinja2 import nodes

from prodify.render import environment, templates_root, variables_of

RECIPES = Path(__file__).resolve().parents[2] / "src" / "prodify" / "recipes"


def render_calls() -> Iterator[tuple[str, str, str]]:
    """Template, context class and module of every `render("template", Context(...))` in the recipes."""
    for path in sorted(RECIPES.rglob("*.py")):
        module = "prodify.recipes." + ".".join(path.relative_to(RECIPES).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for node in ast.walk(function):
                if not (isinstance(node, ast.Call) and len(node.args) == 2):
                    continue
                if getattr(node.func, "id", getattr(node.func, "attr", "")) != "render":
                    continue
                template, context = node.args
                name = context_class(context, function, tree)
                if name and isinstance(template, ast.Constant) and isinstance(template.value, str):
                    yield template.value, name, module.removesuffix(".__init__")


def context_class(context: ast.expr, function: ast.FunctionDef, tree: ast.Module) -> str | None:
    """The class of the second argument: called in place, or assigned or annotated under that name in the same function."""
    if isinstance(context, ast.Call) and isinstance(context.func, ast.Name):
        return class_or_result(context.func.id, tree)
    if not isinstance(context, ast.Name):
        return None
    for node in ast.walk(function):
        if isinstance(node, ast.arg) and node.arg == context.id and isinstance(node.annotation, ast.Name):
            return node.annotation.id
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)):
            continue
        if any(isinstance(target, ast.Name) and target.id == context.id for target in node.targets):
            return class_or_result(node.value.func.id, tree)
    return None


def class_or_result(name: str, tree: ast.Module) -> str | None:
    """The name itself when it is a class, else the class that the module's function of that name returns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node.returns.id if isinstance(node.returns, ast.Name) else None
    return name if name[:1].isupper() else None


CALLS = sorted(set(render_calls()))


def test_there_are_templates_to_compare() -> None:
    assert CALLS, "no recipe renders a template with a context that can be told from its code"


@pytest.mark.parametrize(("template", "context", "module"), CALLS, ids=[f"{t}:{c}" for t, c, _ in CALLS])
def test_a_context_has_what_its_template_uses_and_no_more(template: str, context: str, module: str) -> None:
    assert find_spec(module) is not None
    cls = getattr(import_module(module), context)
    assert is_dataclass(cls), f"{context} in {module} is the context of {template} and must be a dataclass"
    assert {field.name for field in fields(cls)} == used(template), f"{template} and {context}"


def used(template: str) -> set[str]:
    """The names of a template, with those that Jinja has a meaning of its own for (namespace, range ...), which a context may take."""
    source = (templates_root() / template).read_text(encoding="utf-8")
    names = {node.name for node in environment().parse(source).find_all(nodes.Name) if node.ctx == "load"}
    return set(variables_of(template)) | (names & set(environment().globals))


def test_every_template_is_rendered_by_some_recipe() -> None:
    used = {template for template, _, _ in CALLS}
    text = "\n".join(path.read_text(encoding="utf-8") for path in RECIPES.rglob("*.py"))
    there = {path.relative_to(templates_root()).as_posix() for path in templates_root().rglob("*") if path.is_file()}
    forgotten = {name for name in there - used if f'"{name}"' not in text}
    assert not forgotten, "no recipe names these templates"


@pytest.mark.parametrize("path", sorted(p for p in templates_root().rglob("*") if p.is_file()), ids=lambda p: p.name)
def test_no_template_holds_a_placeholder(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [word for word in ("CHANGE" + "ME", "TO" + "DO", "FIX" + "ME", "<insert", "xxxxx") if word in text]
    assert not found, f"{path} holds {found}"
