"""Reading shell text without running it: simple commands with their lines, and the words that count."""

from __future__ import annotations

import re
import shlex
from functools import lru_cache

from prodify.lazyre import lazy

_ASSIGNMENT = lazy(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_SEPARATOR = lazy(r"&&|\|\||;;|[;|&]")
_EXPRESSION = lazy(r"\$\{\{.*?\}\}", re.DOTALL)
_HEREDOC = lazy(r"<<-?\s*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\1")
_PREFIX = lazy(r"^\$\{[A-Za-z_]\w*\}(?=[A-Za-z])")
"""A variable right in front of a program's name holds the directory it lies in, or nothing: `${PREFIX}coverage`."""
_KEYWORDS = frozenset("if then elif else fi while until do done for case esac function { } ! time".split())
_PLAIN_WRAPPERS = frozenset("sudo exec command nohup env time nice ionice xvfb-run dumb-init tini doppler dotenv gosu su-exec".split())
_RUNNERS = tuple(
    tuple(runner.split())
    for runner in (
        "uv run,uvx,uv tool run,poetry run,pipenv run,pdm run,rye run,hatch run,pipx run,npx,pnpm exec,pnpm dlx,yarn exec,yarn dlx,"
        "npm exec,bunx,bun x,bundle exec,conda run,mamba run,opentelemetry-instrument,ddtrace-run,newrelic-admin run-program,"
        "coverage run,timeout,wait-for-it.sh,wait-for-it,dockerize,stdbuf,catchsegv,unbuffer,direnv exec,mise exec,nix develop,"
        "devbox run,infisical run,op run,chamber exec,cross-env,dotenvx run,env-cmd"
    ).split(",")
)
_VALUE_OPTIONS = frozenset(
    "--config --cpus --cwd --directory --entrypoint --env --env-file --extra --file --filter --from --group --hostname --index "
    "--index-url --kill-after --memory --name --network --only-group --package --platform --prefix --profile --project --publish "
    "--python --rcfile --signal --source --timeout --user --volume --with --workdir -C -c -e -f -h -k -m -n -p -s -u -v -w".split()
)
MAX_COMMANDS = 2000
"""Commands taken from one script."""
MAX_SCRIPT = 200_000
MAX_LINE = 10_000
"""Characters of a script, and of one logical line of it, that are read."""


def simple_commands(text: str) -> list[tuple[str, int]]:
    """The simple commands of a script with the offset of their first line from 0. Comments and here-documents are left out."""
    found: list[tuple[str, int]] = []
    lines = text[:MAX_SCRIPT].split("\n")
    index = 0
    while index < len(lines) and len(found) < MAX_COMMANDS:
        start, parts = index, [lines[index].rstrip("\r")]
        while parts[-1].endswith(("\\", "`")) and not parts[-1].endswith("\\\\") and index + 1 < len(lines):
            index += 1
            parts[-1] = parts[-1][:-1]
            parts.append(lines[index].strip())
        line = " ".join(parts)
        heredoc = _HEREDOC.search(line)
        index += 1
        if heredoc is not None:
            while index < len(lines) and lines[index].strip() != heredoc.group(2):
                index += 1
            index += 1
        if len(line) <= MAX_LINE:
            found.extend((part, start) for part in _split(line))
    return found


def _split(line: str) -> list[str]:
    """A logical line at its separators, quotes respected; shell keywords in front are dropped."""
    parts, current, quote, position = [], "", "", 0
    while position < len(line):
        char = line[position]
        if quote:
            quote = "" if char == quote else quote
            current += char
        elif char == "\\" and position + 1 < len(line):
            current += line[position : position + 2]
            position += 1
        elif char in "'\"":
            quote = char
            current += char
        elif char == "#" and (not current or current[-1].isspace()):
            break
        elif (separator := _SEPARATOR.match(line, position)) is not None and not _is_redirection(line, position):
            parts.append(current)
            current = ""
            position = separator.end() - 1
        else:
            current += char
        position += 1
    parts.append(current)
    return [command for part in parts if (command := _strip_keywords(part))]


def _is_redirection(line: str, position: int) -> bool:
    """Whether an ampersand or bar belongs to `>&`, `&>`, `>|` or to an expression `${{ a || b }}`."""
    if line[position] == "&" and (line[position - 1 : position] in (">", "<") or line[position + 1 : position + 2] == ">"):
        return True
    if line[position] == "|" and line[position - 1 : position] == ">":
        return True
    window = max(0, position - 300)
    return line.rfind("${{", window, position) > line.rfind("}}", window, position)


def _strip_keywords(part: str) -> str:
    part = part.strip().lstrip("(").strip()
    while part and part.split(None, 1)[0] in _KEYWORDS:
        word, _, rest = part.partition(" ")
        if word in ("for", "case", "function", "fi", "done", "esac", "}"):
            return ""
        part = rest.strip()
    return part


def split_words(text: str) -> list[str]:
    """Words of a command by shell quoting; unbalanced quotes fall back to white space. `${{ ... }}` is one word."""
    text = _EXPRESSION.sub(lambda m: re.sub(r"[\s'\"]", "", m.group()), text)
    try:
        return shlex.split(text, comments=False)
    except ValueError:
        return text.split()


@lru_cache(maxsize=8192)
def effective_words(text: str) -> tuple[str, ...]:
    """Program and arguments of a simple command, with everything that only wraps it taken off."""
    words = split_words(text)
    for _ in range(12):
        shorter = _unwrap(words)
        if shorter is words:
            break
        words = shorter
    return tuple(words)


def _unwrap(words: list[str]) -> list[str]:
    """One layer less, or the same list when nothing wraps the command."""
    if not words:
        return words
    head = words[0].rpartition("/")[2]
    if _ASSIGNMENT.match(words[0]):
        return words[1:]
    if words[0].startswith("@") and len(words[0]) > 1:
        return [words[0][1:], *words[1:]]
    if _PREFIX.match(words[0]):
        return [_PREFIX.sub("", words[0]), *words[1:]]
    if head in _PLAIN_WRAPPERS:
        rest = _after_options(words[1:])
        return rest[1:] if head in ("gosu", "su-exec") else rest
    if re.fullmatch(r"(python|python[23](\.\d+)?|py|pypy3?)", head) and "-m" in words[1:4]:
        return words[words.index("-m") + 1 :] or words
    if head in ("bash", "sh", "dash", "zsh", "ash") and len(words) > 2 and re.fullmatch(r"-[a-z]*c", words[1]):
        inner = simple_commands(words[2])
        return split_words(inner[-1][0]) if inner else words
    if head in ("docker", "podman", "docker-compose", "podman-compose", "nerdctl"):
        return _container_command(words)
    for runner in _RUNNERS:
        if head == runner[0] and tuple(words[1 : len(runner)]) == runner[1:]:
            rest = words[len(runner) :]
            module = next((option for option in ("-m", "--module") if head == "coverage" and option in rest), None)
            if module is not None:
                return rest[rest.index(module) + 1 :] or words
            rest = _after_options(rest)
            if head == "timeout" or (head in ("dockerize", "wait-for-it", "wait-for-it.sh") and "--" not in words):
                rest = rest[1:]
            return rest or words
    return words


def _after_options(words: list[str]) -> list[str]:
    """What follows the leading options; `--` ends them."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        if words[position] == "--":
            return words[position + 1 :]
        position += 2 if words[position] in _VALUE_OPTIONS else 1
    return words[position:]


def _container_command(words: list[str]) -> list[str]:
    """The command inside `docker run IMAGE ...`, `docker exec NAME ...`, `docker compose run|exec SERVICE ...`; else the same list."""
    rest, compose = words[1:], words[0].endswith("-compose")
    if rest[:1] == ["compose"]:
        rest, compose = rest[1:], True
    if compose:
        rest = _after_options(rest)
    if rest[:1] and rest[0] in ("run", "exec"):
        inner = _after_options(rest[1:])[1:]
        if inner:
            return inner
    return words
