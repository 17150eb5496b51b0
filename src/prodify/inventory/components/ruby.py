"""Ruby components: one a Gemfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.components.commands import commands
from prodify.inventory.components.common import image_version, name_of, note_at, pinned_version
from prodify.inventory.data.frameworks import RUBY
from prodify.inventory.facts import Component
from prodify.inventory.placed import PlacedInt, PlacedStr, line_at
from prodify.inventory.polyglot.listening import written_port
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root

_RUBY = lazy(r"""^\s*ruby\s+["'][^\d"']*([\d.]+)""", re.MULTILINE)
_OPTION = lazy(r"\s(?:-p|--port)[\s=]?(\d{2,5})\b")
_SERVERS = frozenset(("rackup", "puma", "thin", "unicorn", "rails", "shotgun", "falcon", "iodine"))


def gems(text: str) -> frozenset[str]:
    """Names of the gems that a Gemfile asks for; commented lines ask for nothing.

    >>> sorted(gems("gem 'rails', '~> 7'\\n# gem 'redis'\\n"))
    ['rails']
    """
    return frozenset(re.findall(r"""^\s*gem\s*\(?\s*["']([\w.-]+)""", text, re.MULTILINE))


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The component of every Gemfile."""
    for root in roots:
        manifest = root.join("Gemfile")
        sources = layout.sources("ruby", root)
        specs = [p for p in layout.own_files(root) if p.endswith(".gemspec")]
        if manifest not in repo.files or not (sources or specs or root.join("_config.yml") in repo.files):
            continue
        text = repo.files.text(manifest) or ""
        wanted = gems(text)
        gem = next((gem for gem in RUBY if gem in wanted), None)
        runtime = pinned_version(repo, root, (".ruby-version",), "ruby") or _declared(manifest, text) or image_version(repo, root, "ruby")
        manager = PlacedStr("bundler", Location(manifest, 1))
        note = note_at(repo, manifest, gem or "source", f"depends on {gem}" if gem else "Gemfile")
        if specs and (gem is None or root.join("config.ru") not in repo.files):
            name = name_of(root, specs[0].rpartition("/")[2].removesuffix(".gemspec"))
            yield Component(root.path, name, "library", "ruby", None, None, None, manager, runtime, (note,))
            continue
        framework = RUBY[gem] if gem else None
        kind = framework.kind if framework else "script"
        entry = _entry(repo, root, sources, gem)
        port = None
        if framework is not None and kind in ("service", "static-site"):
            started = _started_port(repo, root)
            places = ([root.join("config/puma.rb")], [root.join(entry)] if entry else [], sources[:60])
            written = started or _rackup_port(repo, root) or written_port(repo, "ruby", *places)
            port = written or framework.port
        yield Component(
            root.path, name_of(root, None), kind, "ruby", framework.name if framework else None, entry, port, manager, runtime, (note,)
        )


def _started_port(repo: Inventory, root: Root) -> int | None:
    """The port that a command of the image, a process file, a compose file or a platform gives the server."""
    for words, location, source, _ in commands(repo):
        if source in ("script", "devcontainer", "prose"):
            return None
        inside = root.path == "." or location.path.startswith(root.path + "/")
        if inside and any(word.rpartition("/")[2] in _SERVERS for word in words) and (match := _OPTION.search(" ".join(words))):
            return PlacedInt(int(match[1]), location)
    return None


def _rackup_port(repo: Inventory, root: Root) -> int | None:
    """The port in the first line of config.ru, where rackup looks for options of its own."""
    path = root.join("config.ru")
    first = next(iter(repo.files.lines(path)), "") if path in repo.files else ""
    option = _OPTION.search(first) if first.startswith("#\\") else None
    return PlacedInt(int(option[1]), Location(path, 1)) if option else None


def _declared(manifest: str, text: str) -> str | None:
    match = _RUBY.search(text)
    return PlacedStr(match[1], Location(manifest, line_at(text, match.start(1)))) if match else None


def _entry(repo: Inventory, root: Root, sources: tuple[str, ...], gem: str | None) -> str | None:
    if gem in ("jekyll", "github-pages"):
        return "_config.yml" if root.join("_config.yml") in repo.files else None
    names = ("config.ru", "app.rb", "main.rb", "server.rb", "bot.rb", "web.rb", "Rakefile")
    found = next((name for name in names if root.join(name) in repo.files), None)
    top = [root.relative(p) for p in sources if "/" not in root.relative(p)]
    return found or (top[0] if len(top) == 1 else None)
