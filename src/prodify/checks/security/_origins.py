"""Ways to let every origin call an API, by language and framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

_CORS_BARE = {"any": [{"pattern": "cors()"}, {"pattern": "cors({})"}, {"pattern": "require('cors')()"}, {"pattern": 'require("cors")()'}]}
_ORIGINS = "^['\"]?origins?['\"]?$"
_WITHOUT_ORIGIN = {
    "kind": "object",
    "not": {"any": [
        {"has": {"any": [{"kind": "pair"}, {"kind": "method_definition"}], "has": {"nthChild": 1, "regex": _ORIGINS}}},
        {"has": {"kind": "shorthand_property_identifier", "regex": _ORIGINS}},
        {"has": {"kind": "spread_element"}},
    ]},
}  # fmt: skip
"""Options that name no origin."""
_GRANTS = {"kind": "call_expression", "has": {"field": "arguments", "regex": r"^\(\s*null\s*,\s*true\s*\)$"}}
_ANYBODY = {
    "kind": "pair",
    "all": [
        {"has": {"field": "key", "regex": _ORIGINS}},
        {"has": {"field": "value", "any": [
            {"has": {"field": "body", **_GRANTS}},
            {"has": {"field": "body", "kind": "statement_block", "has": {"nthChild": 1, "has": _GRANTS,
                     "any": [{"kind": "expression_statement"}, {"kind": "return_statement"}]}}},
        ]}},
    ],
}  # fmt: skip
"""`origin: (asking, answer) => answer(null, true)`: whoever asks."""
_EVERY = r"""^["'`]\*["'`]$"""
_OR_EVERY: dict[str, object] = {"all": [
    {"has": {"regex": r"^(\|\||\?\?)$"}}, {"has": {"field": "right", "regex": _EVERY}}]}  # fmt: skip
_UNLESS_SET = {
    "kind": "binary_expression",
    "all": [_OR_EVERY, {"has": {"field": "left", "kind": "member_expression", "all": [
        {"has": {"field": "object", "regex": r"^(process\.env|import\.meta\.env|env)$"}},
        {"has": {"field": "property", "regex": r"ORIGIN|CORS"}},
    ]}}],
    "not": {"inside": {"kind": "binary_expression"}},
}  # fmt: skip
"""Every origin unless a variable names some, wherever the value goes."""
_OPEN = {
    "kind": "object",
    "has": {"kind": "pair", "all": [
        {"has": {"field": "key", "regex": _ORIGINS}},
        {"has": {"field": "value", "any": [{"kind": "true"}, {"regex": _EVERY}]}},
    ]},
}  # fmt: skip
"""Options with every origin."""
_OPEN_TYPED = {"any": [_OPEN, {"kind": "as_expression", "has": _OPEN}, {"kind": "satisfies_expression", "has": _OPEN}]}
_UNTYPED = {"any": [_OPEN]}
"""JavaScript knows no types, so its grammar has no node for them."""
_EMPTY = {"kind": "object", "not": {"has": {"regex": r"^[^{}]", "not": {"kind": "comment"}}}}
_FIRST, _SECOND = ({"has": {"field": "arguments", "has": {"nthChild": n, **_WITHOUT_ORIGIN}}} for n in (1, 2))
_PLUGIN = {"has": {"nthChild": 1, "any": [
    {"kind": "identifier", "regex": "^(cors|fastifyCors|fastifyCORS)$"},
    {"kind": "call_expression", "all": [
        {"has": {"field": "function", "regex": "^require$"}},
        {"has": {"field": "arguments", "has": {"kind": "string", "regex": "^.(@fastify/cors|fastify-cors).$"}}},
    ]},
]}}  # fmt: skip
_DEFAULTED = {
    "kind": "call_expression",
    "any": [
        {"all": [{"has": {"field": "function", "regex": "^cors$"}}, _FIRST]},
        {"all": [{"has": {"field": "function", "has": {"field": "property", "regex": "^enableCors$"}}}, _FIRST]},
        {"all": [
            {"has": {"field": "function", "has": {"field": "property", "regex": "^register$"}}},
            {"has": {"field": "arguments", **_PLUGIN}},
            _SECOND,
        ]},
    ],
}  # fmt: skip
"""Options of Express', Koa's, Nest's and Fastify's middleware that leave the origin at its default, which is every one."""
_STAR_HEADERS = tuple(
    f"$R.{method}({q}Access-Control-Allow-Origin{q}, {q}*{q})" for method in ("header", "setHeader", "set", "append") for q in ("'", '"')
)
_ASKING = {"any": [
    {"kind": "member_expression", "all": [
        {"has": {"field": "object", "regex": r"(^|\.)headers$"}}, {"has": {"field": "property", "regex": "^origin$"}}]},
    {"kind": "subscript_expression", "all": [
        {"has": {"field": "object", "regex": r"(^|\.)headers$"}}, {"has": {"field": "index", "regex": "^.origin.$"}}]},
    {"kind": "call_expression", "all": [
        {"has": {"field": "function", "has": {"field": "property", "regex": "^(get|header)$"}}},
        {"has": {"field": "arguments", "has": {"nthChild": 1, "regex": "^.[oO]rigin.$"}}}]},
]}  # fmt: skip
"""The origin that a request says it is of."""
_REFLECTED = {
    "kind": "call_expression",
    "has": {"field": "function", "kind": "member_expression", "has": {"field": "property", "regex": "^(header|setHeader|set|append)$"}},
    "all": [{"has": {"field": "arguments", "all": [
        {"has": {"regex": "(?i)^.access-control-allow-origin.$"}},
        {"has": {"kind": "binary_expression", "all": [_OR_EVERY, {"has": {"field": "left", **_ASKING}}]}},
    ]}}],
}  # fmt: skip
"""Whoever asks is let in, and where nobody says who asks, everybody."""
_CORS_STAR = {"any": [
    {"kind": "call_expression", "all": [{"has": {"field": "function", "regex": "^cors$"}}, {"has": {"field": "arguments", "has": _OPEN}}]},
    *({"pattern": pattern} for pattern in _STAR_HEADERS),
]}  # fmt: skip
_REGISTERED = {
    "kind": "call_expression",
    "all": [
        {"has": {"field": "function", "kind": "member_expression", "has": {"field": "property", "regex": "^register$"}}},
        {"has": {"field": "arguments", "all": [_PLUGIN, {"any": [{"not": {"has": {"nthChild": 2}}}, {"has": _OPEN}, {"has": _EMPTY}]}]}},
    ],
}  # fmt: skip
"""Fastify's plug-in, whose default is every origin."""
_HEADER = "Access-Control-Allow-Origin"
_STAR_PAIR: dict[str, object] = {"kind": "pair", "all": [
    {"has": {"field": "key", "regex": f"^.?{_HEADER}.?$"}}, {"has": {"field": "value", "regex": _EVERY}}]}  # fmt: skip
_REQUESTS = r"^(await )?(axios|fetch|\$http|http\.(get|post|put|patch|delete|request)|ky|got|superagent|api|instance)\b|\.create$"
_ROW: dict[str, object] = {"kind": "object", "all": [
    {"has": {"kind": "pair", "all": [
        {"has": {"field": "key", "regex": "^.?key.?$"}}, {"has": {"field": "value", "regex": f"^.{_HEADER}.$"}}]}},
    {"has": {"kind": "pair", "all": [{"has": {"field": "key", "regex": "^.?value.?$"}}, {"has": {"field": "value", "regex": _EVERY}}]}},
]}  # fmt: skip
"""A header as a row of `next.config.js`."""


def _pairs(opened: Mapping[str, object]) -> dict[str, object]:
    """Headers of an answer, and options of cors, socket.io and NestJS; headers of the program's own requests are none."""
    own = {"any": [
        {"inside": {"kind": "call_expression", "stopBy": "end", "has": {"field": "function", "regex": _REQUESTS}}},
        {"inside": {"kind": "variable_declarator", "stopBy": "end", "has": {
            "field": "name", "regex": r"(?i)^(\w*(options|config|request|client)|instance)$"}}},
    ]}  # fmt: skip
    return {"any": [
        {**_STAR_PAIR, "not": own},
        {"kind": "variable_declarator", "all": [
            {"has": {"field": "name", "regex": "(?i)cors"}}, {"has": {"field": "value", **opened}}]},
        {"kind": "pair", "all": [
            {"has": {"field": "key", "regex": "^.?cors.?$"}}, {"has": {"field": "value", "any": [{"kind": "true"}, opened]}}]},
        _ROW,
    ]}  # fmt: skip


_NEST = {
    "kind": "call_expression",
    "all": [
        {"has": {"field": "function", "kind": "member_expression", "has": {"field": "property", "regex": "^enableCors$"}}},
        {"has": {"field": "arguments", "any": [{"not": {"has": {"nthChild": 1}}}, {"has": _OPEN}, {"has": _EMPTY}]}},
    ],
}  # fmt: skip
_SCRIPTS = tuple(
    query(language, rule, keywords=("cors", "Cors", "CORS", "ORIGIN", "register(", "Access-Control-Allow-Origin", _HEADER.lower()))
    for language in ("javascript", "typescript", "tsx")
    for rule in (
        _CORS_BARE, _CORS_STAR, _REFLECTED, _REGISTERED, _pairs(_UNTYPED if language == "javascript" else _OPEN_TYPED), _NEST, _DEFAULTED,
        _ANYBODY, _UNLESS_SET,
    )
)
_GO_STAR = {
    "kind": "keyed_element",
    "all": [
        {"has": {"kind": "literal_element", "regex": "^Allow(ed)?Origins$"}},
        {"has": {"kind": "interpreted_string_literal", "regex": r'^"\*"$', "stopBy": "end"}},
    ],
}
_SPRING_CALLS = (
    *(f'$C.{method}($F("*"))' for method in ("setAllowedOrigins", "setAllowedOriginPatterns")),
    *(
        f'$C.{method}($F.{of}("*"))'
        for method in ("setAllowedOrigins", "setAllowedOriginPatterns")
        for of in ("of", "asList", "singletonList")
    ),
    *(
        f'$C.{method}("*")'
        for method in ("addAllowedOrigin", "addAllowedOriginPattern", "allowedOrigins", "allowedOriginPatterns", "setAllowedOrigins",
                       "setAllowedOriginPatterns")
    ),
)
_ANNOTATED = {
    "any": [
        {"regex": r'(?s)^@CrossOrigin(\(\s*\)|\(\s*\{?\s*"\*"|\(.*\b(origins|value|originPatterns)\s*=\s*[{\[]?\s*"\*"|$)'},
        {"regex": r"(?s)^@CrossOrigin\(\s*\w+\s*=", "not": {"regex": r"\b(origins|value|originPatterns)\s*="}},
    ]
}
_SETS = "(header|setHeader|addHeader|putHeader|add|append|put|putSingle|set)"
_HEADER_NAME = r'("Access-Control-Allow-Origin"|(\w+\.)*ACCESS_CONTROL_ALLOW_ORIGIN)'
_JAVA_STAR = {
    "any": [
        *({"pattern": p} for p in _SPRING_CALLS),
        {"all": [{"any": [{"kind": "annotation"}, {"kind": "marker_annotation"}]}, _ANNOTATED]},
        {"kind": "method_invocation", "regex": rf'(?s)\.{_SETS}\(\s*{_HEADER_NAME}\s*,\s*"\*"\s*\)$'},
        {"kind": "method_invocation", "regex": r"\.(anyHost|enableCorsForAllOrigins|applyPermitDefaultValues)\(\)$"},
        {"kind": "method_invocation", "regex": r'^CorsHandler\.create\("(\*|\.\*)"\)$'},
        {
            "kind": "method_invocation",
            "regex": r"(?s)^\w+\.addMapping\([^()]*\)",
            "not": {"any": [{"regex": "llowedOrigin"}, {"inside": {"kind": "method_invocation"}}]},
        },
    ]
}
"""Spring lets every origin in where none is named, and a mapping without origins is one."""
_KOTLIN_STAR = {
    "any": [
        *({"pattern": pattern} for pattern in _SPRING_CALLS),
        {"all": [{"kind": "annotation"}, _ANNOTATED]},
        {"kind": "assignment", "regex": r'^(\w+\.)?allowedOrigin(s|Patterns)\s*=\s*(\w+\.)?\w+\(\s*"\*"\s*\)$'},
        {"kind": "call_expression", "regex": r"^(\w+\.)?anyHost\(\)$"},
        {"kind": "call_expression", "regex": rf'(?s)\.{_SETS}\(\s*{_HEADER_NAME}\s*,\s*"\*"\s*\)$'},
        {"kind": "call_expression", "regex": r'^(\w+\.)?(allowHost|host)\(\s*"\*"'},
    ]
}
_RUST_STAR = {"any": [{"pattern": pattern} for pattern in ("CorsLayer::permissive()", "CorsLayer::very_permissive()",
    "Cors::permissive()", "$C.allow_any_origin()", "AllowedOrigins::all()",
    "$C.allow_origin(Any)", "$C.allow_origin(tower_http::cors::Any)", "$C.allow_origin(cors::Any)", "$C.allow_origin(AllowOrigin::any())",
    'Header::new("Access-Control-Allow-Origin", "*")', '$P::Header::new("Access-Control-Allow-Origin", "*")',
    '$C.append_header(("Access-Control-Allow-Origin", "*"))', '$C.set_raw_header("Access-Control-Allow-Origin", "*")',
    '$C.insert("Access-Control-Allow-Origin", $V("*"))', '$C.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))',
    '$C.insert("Access-Control-Allow-Origin", HeaderValue::from_static("*"))',
    "CorsOptions::default().to_cors()", '$C.allow_origin(HeaderValue::from_static("*"))',
    '$C.allow_origin("*".parse::<HeaderValue>().unwrap())',
    '$C.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))', '$C.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))',
    '$C.append_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))',
    '$C.insert_header(("Access-Control-Allow-Origin", "*"))',
    '$C.header("Access-Control-Allow-Origin", "*")')]}  # fmt: skip
_RUBY_ANYBODY = {"kind": "binary", "all": [
    {"has": {"field": "left", "regex": r"""\[["']HTTP_ORIGIN["']\]$|\.origin$"""}},
    {"has": {"field": "right", "regex": r"""^["']\*["']$"""}},
]}  # fmt: skip
"""Whoever asks is let in, and where nobody says who asks, everybody."""
_OTHERS = (
    query("go", _GO_STAR, keywords=("AllowOrigins", "AllowedOrigins")),
    query("go", {"any": [{"pattern": "cors.Default()"}, {"pattern": "cors.AllowAll()"}]}, keywords=("cors.Default", "cors.AllowAll")),
    query("java", _JAVA_STAR, keywords=("llowedOrigin", "CrossOrigin", "anyHost", "ForAllOrigins", "PermitDefault", "CorsHandler",
        "addMapping",
                                    "Access-Control-Allow-Origin", "ACCESS_CONTROL_ALLOW_ORIGIN")),
    query("kotlin", _KOTLIN_STAR, keywords=("llowedOrigin", "CrossOrigin", "anyHost", "llowHost", "host(", "Access-Control-Allow-Origin",
                                            "ACCESS_CONTROL_ALLOW_ORIGIN")),
    query("rust", _RUST_STAR, keywords=("permissive()", "allow_any_origin", "CorsOptions", "AllowedOrigins", "allow_origin(",
        "Access-Control-Allow-Origin", "ACCESS_CONTROL_ALLOW_ORIGIN")),
    query("go", {"any": [
        {"kind": "call_expression", "regex": r'(?s)^handlers\.AllowedOrigins\(\[\]string\{\s*"\*"'},
        {"kind": "call_expression", "regex": r"^(middleware\.CORS|cors\.New)\(\)$"},
        {"kind": "assignment_statement", "regex": r"^[\w.]+\.AllowAllOrigins\s*=\s*true$"},
        {"kind": "keyed_element", "regex": r"^AllowAllOrigins\s*:\s*true$"},
        {"kind": "keyed_element", "regex": r"(?s)^AllowOrigin(s?Func|RequestFunc|WithContextFunc)\s*:\s*func\([^{]*\{\s*return true(, nil)?"
                                           r"\s*\}$"},
        {"kind": "call_expression", "regex": r"(?s)^middleware\.CORSWithConfig\(\s*middleware\.CORSConfig\{", "not": {
            "regex": "AllowOrigin"}},
    ]}, keywords=("AllowedOrigins", "AllowOrigin", "middleware.CORS", "cors.New", "AllowAllOrigins")),
    query("go", {"kind": "call_expression", "regex": r"(?s)^cors\.New\(\s*cors\.Config\{", "not": {"regex": "AllowOrigins"}},
          keywords=("cors.Config",), where=lazy("gofiber/fiber")),
    query("csharp", {"any": [
        {"pattern": "$C.AllowAnyOrigin()"},
        {"kind": "invocation_expression", "regex": r"(?s)\.SetIsOriginAllowed\(\s*\(?\w+\)?\s*=>\s*true\s*\)$"},
        {"kind": "invocation_expression", "regex": r'(?s)\.WithOrigins\(\s*"\*"\s*\)$'},
        {"kind": "invocation_expression", "regex": r'(?s)\.(Add|Append)\(\s*"Access-Control-Allow-Origin"\s*,\s*"\*"\s*\)$'},
        {"kind": "assignment_expression", "regex": r'^[\w.]+\["Access-Control-Allow-Origin"\]\s*=\s*"\*"$'},
    ]}, keywords=("AllowAnyOrigin", "SetIsOriginAllowed", "WithOrigins", "Access-Control-Allow-Origin")),
    query("php", {"kind": "member_call_expression", "regex":
          r"""(?is)->(withHeader|withAddedHeader|header|set|setHeader)\(\s*['"]Access-Control-Allow-Origin['"]\s*,\s*['"]\*['"]\s*\)$"""},
          keywords=("Access-Control-Allow-Origin",)),
    query("ruby", {"kind": "pair", "regex": r"""^["']Access-Control-Allow-Origin["']\s*(=>|:)\s*["']\*["']$"""},
          keywords=("Access-Control-Allow-Origin",)),
    query("php", {"kind": "array_element_initializer", "regex":
          r"""(?i)^['"](allowed_?origins|allow_origin|allowed_origins_patterns)['"]\s*=>\s*(\[|array\()"""
          r"""\s*['"](\*|#\.\*#|/\.\*/)['"]\s*[\])]$"""},
          keywords=("allowed_origins", "allowedOrigins", "allow_origin")),
    query("php", {"kind": "array_element_initializer", "regex": r"""^['"]Access-Control-Allow-Origin['"]\s*=>\s*['"]\*['"]$"""},
          keywords=("Access-Control-Allow-Origin",)),
    query("ruby", {"kind": "call", "regex": r"""^set\s*\(?\s*:allow_origin\s*,\s*(:any|["']\*["'])"""}, keywords=(":allow_origin",)),
    query("ruby", {"kind": "call", "regex": r"""^origins\s*\(?\s*["']\*["']"""}, keywords=("Rack::Cors", "origins")),
    query("ruby", {"kind": "assignment", "regex": r"""^[\w.]*(headers?"""
                                                  r"""|response)\[["']Access-Control-Allow-Origin["']\]\s*=\s*["']\*["']$"""},
          keywords=("Access-Control-Allow-Origin",)),
    *(query("ruby", {"kind": kind, "all": [
        {"has": {"field": name, "regex": r"""["']Access-Control-Allow-Origin["']\]?$"""}}, {"has": {"field": value, **_RUBY_ANYBODY}},
    ]}, keywords=("Access-Control-Allow-Origin",)) for kind, name, value in (("assignment", "left", "right"), ("pair", "key", "value"))),
    query("php", {"kind": "function_call_expression", "regex": r"""(?is)^header\(\s*["']Access-Control-Allow-Origin\s*:\s*["']\s*\.\s*\("""
                  r"""\s*\$_SERVER\[["']HTTP_ORIGIN["']\]\s*(\?\?|\?:)\s*["']\*["']\s*\)"""}, keywords=("Access-Control-Allow-Origin",)),
    query("php", {"kind": "function_call_expression", "regex": r"""(?i)^header\(\s*["']Access-Control-Allow-Origin\s*:\s*\*["']"""},
          keywords=("Access-Control-Allow-Origin",)),
    query("go", {"kind": "call_expression", "regex": r"""(?s)\.(Set|Add|Header)\(\s*"Access-Control-Allow-Origin"\s*,\s*"\*"\s*\)$"""},
          keywords=("Access-Control-Allow-Origin",)),
)  # fmt: skip

OPEN = (*_SCRIPTS, *_OTHERS)
"""Code that lets every origin in."""
SETTINGS = (
    (
        ("application*.yml", "application*.yaml"),
        lazy(r"""(?m)^[ \t]+(allowed-?origins?(?:-patterns)?|allowedOrigins?)\s*:\s*(?:\[\s*|\n\s*-\s*)?["']\*["']"""),
    ),
    (("application*.properties",), lazy(r"(?m)^(quarkus\.http\.cors\.origins\s*=\s*(?:\*|/\.\*/)|[\w.-]*allowed-origins\s*=\s*\*)\s*$")),
    (
        ("application*.yml", "application*.yaml"),
        lazy(r"""(?ms)\A(?!.*allowed-?origins)(?:.*\n)?micronaut:.*?^[ \t]+(cors:\s*\n\s+enabled:\s*true)\b"""),
    ),
    (("application*.properties",), lazy(r"(?ms)\A(?!.*allowed-origins).*?^(micronaut\.server\.cors\.enabled\s*=\s*true)\b")),
    (
        ("nelmio_cors.yaml", "nelmio_cors.yml"),
        lazy(r"""(?m)^[ \t]+(allow_origin)\s*:\s*(?:\[\s*|\n\s*-\s*)?["'](?:\*|\^?\.\*\$?)["']"""),
    ),
    ((".htaccess", "apache*.conf", "httpd*.conf", "000-default.conf"), lazy(
        r"""(?im)^\s*(Header\s+(?:always\s+)?(?:set|add|append)\s+["']?Access-Control-Allow-Origin["']?\s+["']?\*)""")),
    (("[Ww]eb.config", "[Ww]eb.[Rr]elease.config"), lazy(
        r"""(?i)(<add\s+name\s*=\s*"Access-Control-Allow-Origin"\s+value\s*=\s*"\*")""")),
    (("vercel.json",), lazy(r"""("key"\s*:\s*"Access-Control-Allow-Origin"\s*,\s*"value"\s*:\s*"\*")""")),
    (("nginx*.conf", "default.conf", "*.nginx"), lazy(r"""(?m)^\s*(add_header\s+["']?Access-Control-Allow-Origin["']?\s+["']?\*)""")),
)
"""Files of settings, and what in them lets every origin in (the first group)."""
