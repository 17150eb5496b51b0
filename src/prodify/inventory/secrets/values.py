"""What a literal looks like: a reference, a placeholder, a label, a weak default, or something random enough to be a secret."""

from __future__ import annotations

import re
from functools import lru_cache

from prodify.inventory.secrets.lazy import lazy, wordset
from prodify.inventory.secrets.names import words_of
from prodify.inventory.secrets.redact import entropy

REFERENCE = lazy(
    r"""^(?:\$(?![2a-z0-9]{1,2}\$)[\w({\[]|%\(|%[A-Za-z_]+%$|\{|<|@[\w.]+@?$|[&*!](?=[A-Za-z_]))|\$\{|\{\{|\#\{|\$\(|<%|%\(\w+\)s"
    r"|%[A-Z_]{3,}%|^%[a-z_]+(?:\.[a-z_]+)+%|%[sdv](?![0-9A-Za-z])|\{\w*\}
    |process\.env|os\.environ|os\.getenv|getenv\(|System\.getenv|ENV\[|import\.meta|env\(|settings\.|secrets\.|vars\.|var\.
    |^(?:env|vault|secret|secrets|op|ref\+\w+|ssm|kms|gcp-sm|awssm|sm|file|data|arn|keyvault|akv)[:/]{1,3}|^projects/[^/]+/secrets/
    |^ENC[\[(]|^!vault|^\$ANSIBLE_VAULT|^AES256:|^\{cipher\}|^\{AES\}|^secretKeyRef|^lookup\(|^CHANGE_THIS_BY_CI|^(?:encrypted|enc):""",
    re.VERBOSE,
)
"""Points at a secret that is kept elsewhere, is encrypted, or is filled in at run time."""

PLACEHOLDER = lazy(
    r"""(?i)\byour\b|your[-_ ]?(?:own|secret|api|key|token|pass|client|access|auth|openai|jwt|app|db|aws|real|actual|strong|super|google
    |stripe|bot
        |[a-z]*[-_](?:key|token|secret|password|id))
    |^your|\bmy[-_]?(?:api|token)|x{4,}|\#{3,}|\*{3,}|\.{3,}|…|_{4,}|-{6,}|example|placeholder|dummy
    |(?:^|[-_ ])(?:fake|sample|mock)(?:[-_ ]|$)|(?:^|[-_ ])todo(?:$|[-_ ])|fixme
    |(?:insert|replace|paste|enter|put|add|set|fill|provide|specify|get)[-_ ]?(?:your|me|this|here|with|in|a|the|from|it|api|key|token
    |secret|pass|value|own)
    |[-_ ]here(?:&|$)|^here[-_ ]|^here$|redacted|^<.*>$|^\[.*\]$|^\{.*\}$|not[-_ ]?(?:a[-_ ]?)?(?:real|set|used|needed|required)
    |^(?:tu|tua|sua|votre|ihr|dein)[-_]|^unused$
    |^(?:none|null|nil|undefined|true|false|yes|no|on|off|n/?a|tbd|tba|empty|optional|unset|default|disabled|enabled|required|hidden)$
    |^no[-_]?(?:key|token|password|secret|auth)
    |^(?:foo(?:-(?=bar))?+|bar|baz|qux)++$|(?:api|access|secret)[-_]?(?:key|token)$|^(?:abc)+(?:123|xyz)?$|\blorem\b|^k?ey[-_]?here""",
    re.VERBOSE,
)
"""Says itself that something else belongs there."""

DEFAULTISH = lazy(
    r"(?i)change[-_ ]?(?:me|this|it|in|before|for)|^(?:dev|test|local|demo|default|insecure|unsafe|secret|super[-_ ]?secret"
    r"|top[-_ ]?secret|my[-_ ]?secret|"
    r"not[-_ ]?so[-_ ]?secret)|secret[-_ ]?key|insecure|[-_ ](?:dev|development|local|secret)$|^(?:jwt|session|app|flask"
    r"|django)[-_ ]?secret"
)
WEAK = wordset(
    "password passw0rd passwd pass secret admin administrator root postgres mysql mongo mongodb redis rabbitmq guest user test "
    "testing dev development demo default changeme change-me change_me letmein qwerty welcome toor master docker django flask local "
    "minio minioadmin example sa oracle ubuntu vagrant wordpress grafana prom-operator elastic kibana neo4j keycloak superuser "
    "supersecret keyboard-cat abc123 p@ssword p@ssw0rd iloveyou monkey dragon football pgpassword dbpassword rootpassword mypassword "
    "mysecret secretkey prisma strapi odoo airflow superset temporal n8n test123"
)
NON_VALUES = wordset(
    "string str text password required hidden invalid optional number integer boolean bool object array bytes any unknown never void "
    "int float none null nil true false undefined input output field label title value name type key token secret email username "
    "user-password current-password new-password confirm confirmpassword reset forgot login signin signup register basic bearer "
    "apikey api_key header query body cookie cookies oauth2 jwt authorization auth local session sessions credentials credential "
    "passwords tokens sensitive masked redacted writeonly readonly enabled disabled off one-time-code passphrase pwd passwd "
    "on-failure always show hide visible include same-origin omit sensitivevalue plaintext passcode pin hashed encrypted sometimes "
    "nullable filled present confirmed users"
)
TRIVIAL = wordset(
    "test testing tests pass password passwd passw pwd admin administrator root user username guest demo example sample dummy fake foo "
    "bar baz secret mysecret changeme postgres mysql mongo redis docker local default string value token key abc qwerty xxx p@ssword"
)
"""Weak values that say nothing where they stand in a test or a document."""
UUID = lazy(r"(?i)^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$")
HASHED = lazy(
    r"^\$(?:2[abxy]?|1|5|6|argon2\w*|scrypt|pbkdf2[\w-]*|apr1|y)\$|^(?:pbkdf2|bcrypt|argon2|scrypt|sha\d*|md5|unsalted_\w+)[_$:]"
    r"|^\{(?:S?SHA|BCRYPT|noop)|^sha(?:256|384|512)-|^SCRAM-"
)
PATHISH = lazy(
    r"^(?:~|\.{0,2})/[\w.@-]+|^[A-Za-z]:\\|^[\w-]+(?:/[\w.-]+)+\.\w{1,5}$|^[\w./-]+\.(?:pem|key|crt|json|ya?ml|txt|env|p12|jks"
    r"|py|js|ts|html|php|svg|png|md|pub|ini|toml|cfg)$"
)
URLISH = lazy(
    r"(?i)^(?:[a-z][a-z0-9+.-]*:)?//|^(?:https?|wss?|mailto|tel|urn|jdbc|sqlite|file|redis|postgres\w*|mysql|mongodb(?:\+srv)?"
    r"|amqps?):|^www\.|^[\w.-]+@[\w-]+\.\w+$|^(?:localhost|\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$"
)
CODEISH = lazy(r"[()\[\]{}]|=>|->|::|\s[=!<>]=?\s|^[.#][A-Za-z][\w-]*$|\\[dwsb]|\(\?|\.\*|^\^|\$$|</?\w|&&|\|\|")
LABEL = lazy(
    r"(?i)\b(?:enter|please|must|should|invalid|incorrect|wrong|required|is|are|not|the|a|an|your|for|of|to|has|have|with|and|or"
    r"|forgot|confirm|"
    r"password|passwords|token|field|cannot|can|failed|missing|error|new|current|this|use|used|reset|change|login|sign)\b"
)
ENV_NAME = lazy(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
HEADER = lazy(r"^(?:[A-Z][a-z]+-)+[A-Z][A-Za-z]*$|^x-[a-z-]+$")
_CLASSES = lazy(r"[a-z]+|[A-Z]+|[0-9]+|[^a-zA-Z0-9]+")
_UNSPEAKABLE = lazy(r"^(?=[a-z]*[^aeiouy]{5})[a-z]+$|^(?=[A-Z]*[^AEIOUY]{5})[A-Z]+$")
_TOKEN_CHARS = lazy(r"^[A-Za-z0-9+/=_\-.~:!@#$%^&*?|,]+$")
_RUN = lazy(r"(.)\1{5,}|(..?.?)\2{4,}", re.DOTALL)
_LONG_RUN = lazy(r"(.)\1{7,}|(..)\2{4,}|(...)\3{3,}", re.DOTALL)
_SEQUENCES = tuple("abcdefgh 12345678 87654321 qwertyui 01234567 hgfedcba deadbeefdeadbeef a1b2c3d4 d4c3b2a1 1a2b3c4d abcdefg1".split())
_ENCODED_WORDS = lazy(
    r"^[a-z]+(?:[-_.:/ ][a-z]+)*\d{0,4}$|^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*\d{0,4}$|"
    r"^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*[A-Z]{3,}\d{0,4}$|^[a-z]+\d{1,3}(?:[A-Z][a-z]+)+$|^[a-z]+(?:[-_.][a-z]+)+[-_.]\d{1,4}$|"
    r"^[A-Z]+(?:[-_. ][A-Z]+)*\d{0,4}$|^(?:[A-Za-z]{2,}[-_./: ])+[A-Za-z]{2,}\d{0,4}$|^[a-z]{2,}\d{0,2}(?:[-_.][a-z]{2,}\d{0,2})+$"
)
NO_PASSWORD = lazy(r"(?i)^(?:too|wrong|bad|invalid|incorrect|mismatch\w*|different|nope|short|long|not)(?:$|[-_ ])")
"""What a test gives, or a form answers, where a password is refused."""
_RULES = lazy(r"^[a-z_]{3,24}(?::[\w,.:-]{1,40})?(?:\|[a-z_]{2,24}(?::[\w,.:-]{1,40})?)+$")
_RULE = lazy(
    r"^(?:(?:min|max|size|between|digits|digits_between|min_length|max_length|min_digits|max_digits|length|gt|gte|lt|lte|same|different"
    r"|in|not_in|unique|exists|regex|confirmed|required_\w+|password|current_password|starts_with|ends_with):[\w,.:/-]{1,60}"
    r"|confirmed|sometimes|nullable)$"
)
"""One rule of a form's entry, which stands alone: `min:8`."""
_SNAKE = lazy(r"^[a-z]+\d{0,2}(?:[_-][a-z]+\d{0,2})+$")
_FOUR_BY_FOUR = lazy(r"^(?:[a-z]{4} ){3}[a-z]{4}$")


def is_reference(value: str, *, quoted: bool = False) -> bool:
    """Whether the value only points at a secret (environment, vault, template), or is encrypted.

    `quoted`: within quotes a leading mark is no tag, anchor or alias of YAML.

    >>> is_reference("!Secret1234"), is_reference("!Secret1234", quoted=True), is_reference("%kernel.project_dir%/private.pem")
    (True, False, True)
    """
    return bool(REFERENCE.search(value[1:] if quoted and value[:1] in ("!", "&", "*") else value))


@lru_cache(maxsize=2048)
def is_placeholder(value: str) -> bool:
    """Whether the value says that something else belongs there, or is a run or a sequence."""
    return bool(PLACEHOLDER.search(value)) or is_monotonous(value)


@lru_cache(maxsize=2048)
def is_monotonous(value: str) -> bool:
    """Whether the value repeats one or two characters or counts up: typed to fill a space.

    A short number is as much a password as people think of, if it is not the same digit all over.

    >>> is_monotonous("xxyyxx"), is_monotonous("0000"), is_monotonous("500"), is_monotonous("4474")
    (True, True, True, False)
    """
    low = value.lower()
    fewest = 2 if low.isdigit() and 4 <= len(low) < 7 else min(4, len(low))
    if len(set(low)) < fewest or (len(value) > 7 and has_sequence(value)):
        return True
    # Long encoded text may begin with zero bytes.
    return bool(_RUN.search(low)) and not (len(value) >= 32 and entropy(value) >= 4.3)


def is_filled(value: str) -> bool:
    """Whether a vendor's token is typed, not drawn: eight times the same character, or hardly any characters at all."""
    low = value.lower()
    return len(set(low)) < 5 or bool(_LONG_RUN.search(low))


def has_sequence(value: str) -> bool:
    """Whether the value counts up or walks over the keyboard as chance does not: `12345678`, `qwertyui`, `a1b2c3d4`."""
    low = value.lower()
    for sequence in _SEQUENCES:  # noqa: SIM110 - a generator would take four times as long
        if sequence in low:
            return True
    return False


@lru_cache(maxsize=2048)
def is_words(value: str) -> bool:
    """Whether the value is an identifier or words: `user-password`, `accessToken`, `RESET_TOKEN`."""
    return bool(_ENCODED_WORDS.match(value.strip("_-.:/ ")))


@lru_cache(maxsize=2048)
def is_random(value: str, length: int = 16) -> bool:
    """Whether the value looks drawn from an alphabet: long, mixed, without structure; words and identifiers are not.

    Random base-62 or hexadecimal text changes between lower case, upper case and digits every second or third character.
    """
    if len(value) < length or not _TOKEN_CHARS.match(value) or is_monotonous(value):
        return False
    if is_words(value):
        return len(value) >= 16 and _UNSPEAKABLE.search(value) is not None
    if UUID.match(value) or PATHISH.match(value) or URLISH.match(value) or HASHED.match(value):
        return False
    runs = _CLASSES.findall(value)
    digits = sum(map(str.isdigit, value))
    if value.isdigit() or len(runs) < max(4, len(value) // 7):
        return False
    parts = words_of(value)
    if digits < 2 and parts and len(value) >= 4 * len(parts):
        return False
    if digits < 2 and sum(run[0].isalnum() for run in runs) < len(value) // 3:
        return False
    if max(map(len, re.split(r"[^a-zA-Z]+", value))) > max(14, len(value) // 2) and len(runs) < len(value) // 3:
        return False
    return entropy(value) >= (3.0 if len(value) < 24 else 3.2)


def is_short_token(value: str) -> bool:
    """Whether ten to fifteen characters mix letters and digits as no word with a number does: enough beside a strict name only."""
    if not 10 <= len(value) < 16 or not value.isalnum() or is_monotonous(value) or is_words(value):
        return False
    digits = sum(c.isdigit() for c in value)
    return 2 <= digits <= len(value) - 2 and len(_CLASSES.findall(value)) >= 3


def is_short_key(value: str) -> bool:
    """Whether eight or nine characters go to and fro between letters and digits: enough beside the name of an API's key only.

    >>> is_short_key("7c41e0a9"), is_short_key("version2"), is_short_key("12345678")
    (True, False, False)
    """
    digits = sum(c.isdigit() for c in value)
    return 8 <= len(value) < 10 and value.isalnum() and 3 <= digits <= len(value) - 2 and len(_CLASSES.findall(value)) >= 5


def is_human(value: str) -> bool:
    """Whether the value looks like a password that a person thought of: letters with digits, no word and no well-known one."""
    if len(value) < 7 or " " in value or "\\" in value or is_words(value) or is_weak(value) or is_placeholder(value) or is_reference(value):
        return False
    if CODEISH.search(value) or PATHISH.match(value) or URLISH.match(value) or HASHED.match(value) or ENV_NAME.match(value):
        return False
    return any(c.isalpha() for c in value) and any(c.isdigit() for c in value)


def is_validation(value: str) -> bool:
    """Whether the value is a list of rules that a form's entry has to pass.

    >>> is_validation("required|confirmed|min:6"), is_validation("min:8"), is_validation("Tr0ub|dor"), is_validation("min8:Xy")
    (True, True, False, False)
    """
    return bool(_RULES.match(value) or _RULE.match(value))


def is_identifier(value: str) -> bool:
    """Whether the value is a mark that a program sets and compares itself, lower-case words joined by lines.

    >>> is_identifier("web3_auth"), is_identifier("oauth-only"), is_identifier("hunter2"), is_identifier("pass_2024")
    (True, True, False, False)
    """
    return bool(_SNAKE.match(value))


def is_app_password(value: str) -> bool:
    """Whether the value has the form of the passwords that mail providers draw for programs: four groups of four letters.

    >>> is_app_password("kxqv tpwd rmzj hbnf"), is_app_password("this that they them")
    (True, False)
    """
    return bool(_FOUR_BY_FOUR.match(value)) and any(not set(group) & set("aeiouy") for group in value.split())


def is_typed_row(value: str) -> bool:
    """Whether the value walks over the keyboard or counts up: where a password is set, that is the password.

    >>> is_typed_row("qwertyui@123"), is_typed_row("12345678"), is_typed_row("11111111")
    (True, True, False)
    """
    return has_sequence(value) and len(value) < 24 and not PLACEHOLDER.search(value)


def is_strong_text(value: str) -> bool:
    """Whether the value is long and varied enough for a generated key that also draws from punctuation (Django's, for one)."""
    return (
        len(value) >= 32
        and " " not in value
        and entropy(value) >= 4.0
        and sum(c.isdigit() for c in value) >= 2
        and not is_monotonous(value)
    )


def is_weak(value: str) -> bool:
    """Whether the value is one of the passwords that everybody tries first, or says that it is for development."""
    low = value.lower()
    return low in WEAK or low.rstrip("0123456789!@#$.") in WEAK or value.isdigit() or is_monotonous(value) or bool(DEFAULTISH.search(value))


def is_trivial(value: str) -> bool:
    """Whether the value is so plain that a test or a document with it tells nothing: `test123`, `user-password`, `doe`, `12345678`."""
    base = value.lower().strip("0123456789!@#$.-_")
    parts = words_of(value) or [base]
    return len(value) < 6 or not base or base in TRIVIAL or is_monotonous(value) or any(part in TRIVIAL for part in parts)


def echoes(name: str, value: str) -> bool:
    """Whether the value only repeats the words of its name: `password = "password"`, `apiKey: "api-key"`."""
    return "".join(words_of(value)) in ("".join(words_of(name)), "".join(words_of(name)[-1:]))


def is_no_value(value: str) -> bool:
    """Whether the value is a type, a label, a path, a URL, code or the name of something: never itself a secret."""
    if len(value) < 3 or value.lower() in NON_VALUES or ENV_NAME.match(value) or HEADER.match(value):
        return True
    return bool(PATHISH.match(value) or URLISH.match(value) or HASHED.match(value))
