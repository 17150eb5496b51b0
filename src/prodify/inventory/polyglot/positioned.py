"""Passwords that code hands over by position: nothing beside the literal says what it is but the function's documentation.

The functions are data: language, what is called, and the place of the password among the arguments, counted from 1. What a password
looks like, and what is a place holder, the detector of secrets decides as it does for `password = "..."`. It reads most such calls itself,
where they stand on one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.assembled import detector
from prodify.inventory.polyglot.nodes import arguments, line_of, named
from prodify.inventory.polyglot.texts import parts
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query


class _Call(NamedTuple):
    """Calls whose argument `position` is a password."""

    query: Query
    position: int


_KINDS = {
    "php": "function_call_expression object_creation_expression", "java": "method_invocation object_creation_expression",
    "kotlin": "call_expression", "ruby": "call", "go": "call_expression", "rust": "call_expression",
    "csharp": "object_creation_expression invocation_expression", "python": "call",
    "javascript": "call_expression new_expression", "typescript": "call_expression new_expression",
}  # fmt: skip


_OPENS = {"ruby": r"[\s(]"}
"""What stands in front of the first argument, where that is no parenthesis."""


_LITERAL = r"""\s*\(\s*(?:[^()]|\([^()]*\)){1,200}?,\s*["']"""


def _call(language: str, position: int, called: str, *keywords: str) -> _Call:
    """`called`: how the call begins, up to its parenthesis. Most files of Python log in somewhere: only those with a literal are parsed."""
    kinds = [{"kind": kind} for kind in _KINDS[language].split()]
    begins = rf"^(?:{called})\s*{_OPENS.get(language, '[(]')}"
    where = lazy(rf"(?:{called}){_LITERAL}") if language == "python" else None
    return _Call(query(language, {"any": kinds, "regex": begins}, keywords=keywords, where=where), position)


def _jvm(position: int, called: str, *keywords: str) -> tuple[_Call, ...]:
    """In Java a class is called behind `new`."""
    made = r"new\s+" if called[0].isupper() and "." not in called else ""
    return _call("java", position, made + called, *keywords), _call("kotlin", position, called, *keywords)


def _scripts(position: int, called: str, *keywords: str) -> tuple[_Call, ...]:
    return tuple(_call(language, position, called, *keywords) for language in ("javascript", "typescript"))


CALLS: tuple[_Call, ...] = (
    _call("php", 3, r"\\?(?:mysqli?_p?connect|odbc_connect|ldap_bind|ftp_login|ssh2_auth_password|imap_open)", "mysql", "odbc_connect",
          "ldap_bind", "ftp_login", "ssh2_auth_password", "imap_open"),
    _call("php", 2, r"\\?oci_p?connect", "oci_"),
    _call("php", 3, r"new\s+\\?(?:mysqli|PDO)", "mysqli", "PDO"),
    *_jvm(3, r"(?:java\.sql\.)?DriverManager\.getConnection", "DriverManager"),
    *_jvm(2, "PasswordAuthentication", "PasswordAuthentication"),
    *_jvm(2, "UsernamePasswordCredentials", "UsernamePasswordCredentials"),
    *_jvm(2, r"AuthTokens\.basic", "AuthTokens"),
    *_jvm(2, r"\w+(?:\.\w+\(\))*\.setBasicAuth", "setBasicAuth"),
    *_jvm(3, r"MongoCredential\.create\w*Credential", "MongoCredential"),
    *_jvm(3, r"\w*[tT]ransport\.connect", "ransport.connect"),
    _call("ruby", 7, r"PG(?:::Connection)?\.(?:connect|new|open)|PGconn\.(?:connect|new|open)", "PG.", "PG::", "PGconn"),
    _call("ruby", 3, r"Net::(?:SSH|SCP|SFTP)\.start|Net::FTP\.(?:open|new)|Mysql\.(?:new|real_connect|connect)", "Net::", "Mysql."),
    _call("ruby", 5, r"Net::SMTP\.start", "Net::SMTP"),
    _call("ruby", 2, r"\w+\.basic_auth", "basic_auth"),
    _call("ruby", 3, r"DBI\.connect", "DBI.connect"),
    _call("go", 3, r"smtp\.PlainAuth", "PlainAuth"),
    _call("go", 4, r"gomail\.New(?:Plain)?Dialer|mail\.New(?:Plain)?Dialer", "Dialer"),
    _call("go", 2, r"\w+\.SetBasicAuth|neo4j\.BasicAuth|url\.UserPassword", "BasicAuth", "UserPassword"),
    _call("go", 1, r"ssh\.Password|redis\.DialPassword", "ssh.Password", "DialPassword"),
    _call("rust", 2, r"(?:\w+::)*Credentials::new|[^;{]*\.basic_auth", "Credentials::new", "basic_auth"),
    _call("csharp", 2, r"new\s+(?:System\.Net\.)?NetworkCredential|AuthTokens\.Basic", "NetworkCredential", "AuthTokens"),
    _call("python", 3, r"(?:pymysql|MySQLdb|mysql\.connector)\.connect|(?:ftplib\.)?FTP(?:_TLS)?",
          "pymysql", "MySQLdb", "mysql.connector", "FTP"),
    _call("python", 2, r"\w+\.login|(?:requests\.auth\.)?HTTP(?:Basic|Digest)Auth|(?:aiohttp\.)?BasicAuth",
          ".login", "BasicAuth", "DigestAuth"),
    *_scripts(3, r"new\s+(?:\w+\.)?Sequelize", "Sequelize"),
    *_scripts(2, r"neo4j\.auth\.basic", "neo4j"),
)  # fmt: skip
"""Functions of drivers and clients that take a password without naming it."""
_UNQUOTABLE = lazy(r"""["'\\\n`]""")
_BARE = frozenset(("pair", "keyword_argument", "named_argument"))


def handed_over(repo: Inventory) -> Iterator[Note]:
    """Every literal password among the arguments of such a call."""
    is_secret = detector()
    for row in CALLS:
        for path in repo.syntax.sources(row.query.language, row.query.keywords):
            for _, call in repo.syntax.nodes(row.query, path):
                given = arguments(call)
                place = given[row.position - 1] if len(given) >= row.position else None
                said = _said(place) if place is not None and not any(_is_named(one) for one in given[: row.position]) else None
                if place is not None and said and not _UNQUOTABLE.search(said) and is_secret(path, f'password = "{said}"'):
                    yield Note(Location(path, line_of(place)), "a password is handed over as a literal here")


def _is_named(argument: SgNode) -> bool:
    """Whether an argument is given by its name, so that places say nothing."""
    return argument.kind() in _BARE or (argument.kind() in ("argument", "value_argument") and argument.field("name") is not None)


def _said(argument: SgNode) -> str | None:
    """The text that an argument is, also as an array of characters, an owned text or an option; None where anything is put into it."""
    node = argument
    for _ in range(3):
        if "string" in node.kind():
            pieces = list(_literal(node))
            return "".join(piece for piece in pieces if isinstance(piece, str)) if all(isinstance(p, str) for p in pieces) else None
        receiver = node.field("object") or node.field("function") or node
        inside = [child for child in (receiver, *arguments(node), *named(receiver)) if "string" in child.kind()]
        if len(inside) == 0 or node.kind() not in _WRAPPED:
            return None
        node = inside[0]
    return None


_WRAPPED = frozenset(("method_invocation", "call_expression", "call"))


def _literal(node: SgNode) -> Iterator[str | SgNode]:
    if node.kind() == "string" and any(child.kind() == "string_start" for child in node.children()):  # Python's
        for child in named(node):
            if child.kind() not in ("string_start", "string_end"):
                yield child.text() if child.kind() == "string_content" else child
        return
    yield from parts(node)
