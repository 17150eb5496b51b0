"""C# and F# components: one a project file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import starting, yamlview
from prodify.inventory.components.common import name_of, note_at, placed_port, port_in
from prodify.inventory.facts import Component
from prodify.inventory.placed import PlacedStr, line_at
from prodify.inventory.polyglot.listening import written_port
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root

_SDK = lazy(r"""<Project\s+Sdk\s*=\s*["']([^"']+)""")
_FRAMEWORK = lazy(r"<TargetFrameworks?>\s*(?:net(?:coreapp|standard)?)([\d.]+)")
_TESTS = lazy(r"Microsoft\.NET\.Test\.Sdk|xunit|NUnit|MSTest", re.IGNORECASE)
_ADDRESS = lazy(r"https?://[^\";:]+:(\d{2,5})")
_URLS = lazy(r"""(?:applicationUrl|Urls|Url)"\s*:\s*"https?://[^":]+:(\d{2,5})(?![^"]*"\s*,\s*"sslPort")""")
"""The address beside `sslPort` is that of IIS Express."""
_FUNCTIONS = lazy(r"<AzureFunctionsVersion>|Microsoft\.Azure\.Functions\.Worker|Microsoft\.NET\.Sdk\.Functions")
_HOST_PORT = lazy(r"--port\s+(\d{2,5})")
_BOTS = lazy(r'Include="(Discord\.Net|DSharpPlus|Telegram\.Bot)')


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The component of every project file that is no test project."""
    for root in roots:
        for project in root.manifests:
            text = repo.files.text(project) or ""
            if not _TESTS.search(text):
                yield _component(repo, layout, root, project, text)


def _component(repo: Inventory, layout: Layout, root: Root, project: str, text: str) -> Component:
    sdk = _SDK.search(text)
    kit = sdk[1] if sdk else ""
    sources = layout.sources("csharp", root)
    started = [p for p in sources if p.endswith(("Program.cs", "Startup.cs", "Worker.cs"))]
    executable = "<OutputType>Exe" in text or "<OutputType>WinExe" in text
    if _FUNCTIONS.search(text):
        kind, framework = "service", "azure-functions"
    elif kit.startswith("Microsoft.NET.Sdk.Web") or "Microsoft.AspNetCore.App" in text:
        kind, framework = "service", "aspnetcore"
    elif kit.startswith(("Microsoft.NET.Sdk.BlazorWebAssembly",)):
        kind, framework = "web", "blazor"
    elif match := _BOTS.search(text):
        kind, framework = "bot", match[1].lower()
    elif kit.startswith("Microsoft.NET.Sdk.Worker") or (executable and starting.holding(repo, started, starting.LOOPS)):
        kind, framework = "worker", "dotnet"
    elif executable:
        kind, framework = "cli", "dotnet"
    else:
        kind, framework = "library", "dotnet"
    version = _FRAMEWORK.search(text)
    entry = (
        next((name for name in ("Program.cs", "Main.cs", "Startup.cs") if root.join(name) in repo.files), None)
        if kind != "library"
        else None
    )
    port = None
    if kind == "service":
        settings = repo.files.select(root.join("Properties/launchSettings.json"), root.join("appsettings*.json"))
        written = written_port(repo, "csharp", [p for p in started if not p.endswith("Worker.cs")])
        if framework == "azure-functions":
            port = port_in(repo, settings, _HOST_PORT) or 7071  # where the tools of Azure Functions listen
        else:
            port = written or _profile_port(repo, root) or port_in(repo, settings, _URLS) or 8080
    name = name_of(root, project.rpartition("/")[2].rpartition(".")[0])
    notes = (note_at(repo, project, "Sdk=", kit or "project file"),)
    return Component(root.path, name, kind, "csharp", framework, entry, port, PlacedStr("nuget", Location(project, 1)),
                     PlacedStr(version[1], Location(project, line_at(text, version.start(1)))) if version else None, notes)  # fmt: skip


def _profile_port(repo: Inventory, root: Root) -> int | None:
    """The port of the first profile that starts the project itself; those of IIS Express and of containers start something else."""
    document = yamlview.document(repo.files, root.join("Properties/launchSettings.json"))
    profiles = document.get("profiles") if document is not None else None
    for _, profile in profiles.items() if profiles is not None else ():
        found = _ADDRESS.search(profile.string("applicationUrl") or "") if profile.string("commandName") == "Project" else None
        address = profile.get("applicationUrl")
        if found is not None and address is not None:
            return placed_port(found[1], address.location)
    return None
