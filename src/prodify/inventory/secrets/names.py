"""What the name of a variable, key or field says of its value."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from prodify.inventory.secrets.lazy import lazy, wordset

_WORDS = lazy(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ANY_WORDS = lazy(r"[^\W\d_]+|\d+")


class NameKind(Enum):
    """What a value of that name would be. `KEY`: something-key, which needs a random value to count."""

    PASSWORD = "password"  # noqa: S105 - a kind of name
    FRAMEWORK = "framework-key"
    TOKEN = "token"  # noqa: S105 - a kind of name
    KEY = "key"

    __hash__ = object.__hash__  # asked for at every match; the one of `Enum` is written in Python


_PASSWORDS = wordset(
    "password passwd pwd pass passphrase passcode passwort kennwort senha contrasena contraseña mdp motdepasse psw pswd passw "
    "pw userpass dbpass wachtwoord passwords haslo hasło пароль пароля losenord lösenord salasana adgangskode kodeord heslo jelszo jelszó "
    "passord passowrd passwrod lozinka lozinku sifre şifre sifresi parolă 密码 密碼 パスワード 비밀번호"
)
_MEANS_MORE = wordset("clave parola chave mdp sifra")
"""Password in one language, key or word in another: the value has to say that it is none of the other two."""
_GLUED = tuple(
    "password passwd passphrase pwd dbpass smtppass mailpass ftppass userpass mypass rootpass adminpass storepass keypass sqlpass rpcpass "
    "authpass loginpass ldappass bindpass redispass".split()
)
_NO_PASSWORDS = frozenset(("oldpwd", "getpwd", "initpwd"))
"""Where a shell or a program works, not what it is let in with."""
_REPEATED = wordset("confirmation confirm confirmed repeat repeated again retype verify")
"""What stands behind `password` where it is typed a second time."""
_GLUED_TOKENS = ("secret", "token", "apikey", "accesskey", "secretkey")
_TOKENS = wordset(
    "token secret apikey credential credentials authtoken accesstoken secretkey accesskey apitoken bearer authorization apisecret "
    "privatekey tokens secrets apikeys accesstokens secrete secreto"
)
_KEY_BEFORE = wordset(
    "api access auth private secret signing encryption encrypt master service account license subscription admin webhook shared "
    "client app jwt session cookie storage consumer deploy hmac aes ssh rest server crypto fernet"
)
_FRAMEWORK_BEFORE = wordset(
    "flask django app application jwt session sessions cookie cookies auth nextauth wtf csrf rails express laravel server site web "
    "access refresh my the default signing token hmac fastapi secret key base user login hash common config settings nb express"
)
_FRAMEWORK_TAILS = wordset(
    "secretkey secretkeybase secrettoken signingkey signingsecret appkey jwtkey sessionkey cookiekey encryptionkey tokensecret"
)
_NO_KEYS = wordset(
    "monkey hotkey turnkey whiskey turkey donkey jockey hockey mickey sortkey hashkey primarykey foreignkey cachekey objectkey rowkey "
    "indexkey partitionkey getkey setkey haskey onkey altkey ctrlkey metakey shiftkey cmdkey publickey pubkey mapkey bykey keykey samekey "
    "rangekey subkey routekey routingkey groupkey itemkey columnkey dictkey fieldkey paramkey statekey lookupkey"
)
"""Words that end like a key's name: animals, keys of a keyboard, of a table or of a map, and those that are published."""
_TRAILING = wordset(
    "default dev development prod production staging local value literal str string raw plain plaintext env live sandbox new old "
    "current base here param v main primary secondary root backup fallback hex b64 base64 bytes"
)
_NOT_AFTER = wordset(
    "field fields label name names type types url uri path paths file files filename dir header headers prefix suffix regex pattern "
    "min max length len expiry expires expiration ttl lifetime timeout age algorithm alg placeholder error errors message msg help "
    "hint text title description input id ids reset change confirm confirmation policy validator validators validation hasher hashers "
    "hash hashed form view template page screen icon class count limit limits per usage budget store provider backend manager service "
    "endpoint host scope issuer audience format encoding version rotation required enabled disabled visible visibility strength "
    "column attr attribute button link modal email request response schema serializer model context status state kind rule rules "
    "check test tests mode at date time days hours minutes seconds index color colour ref arn location selector toggle callback "
    "handler func function parser lookup cmd command option options flag prompt question tooltip size used left cost price ratio "
    "digest salt iterations rounds cookie var variable env_name display example examples map list set dict counter span range "
    "position generator factory strategy mixin exception warning info metadata property properties group groups env "
    "instructions instruction"
)
_NOT_BEFORE = wordset(
    "disabled disable "
    "no forgot forget reset show hide has is use need require requires required invalid wrong missing bad empty change enter hashed "
    "encrypted csrf xsrf next page continuation sync cancel cancellation pad eos bos mask unk cls sep special stop start end max min "
    "num total prompt completion design color syntax lex type primary foreign sort partition public publishable index i18n "
    "translation dict column row map object cache dotted json cookie_name bypass two without with_no idempotency dedupe hot short "
    "keyboard arrow object shortcut anti verification authenticity"
)
_COUNTED = wordset(
    "output input context daily hourly weekly monthly reasoning thinking cached generated new response request usage budget remaining "
    "limit per average avg chunk summary history window reply answer message model sample"
)
"""What stands before `tokens` where those of a language model are counted."""


_SIGNS = (["jwt", "secret"], ["session", "secret"], ["cookie", "secret"])
"""Whatever stands before: `adminJwtSecret` signs as `jwtSecret` does."""


def words_of(name: str) -> list[str]:
    """Split snake, kebab, dotted and camel case into lower-case words.

    >>> words_of("smtpPassword_2")
    ['smtp', 'password', '2']
    """
    return list(_split(name))


@lru_cache(maxsize=4096)
def _split(name: str) -> tuple[str, ...]:
    return tuple(w.lower() for w in (_WORDS if name.isascii() else _ANY_WORDS).findall(name))


def _trimmed(words: list[str]) -> list[str]:
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _TRAILING):
        words = words[:-1]
    return words


@lru_cache(maxsize=4096)
def classify(name: str) -> NameKind | None:
    """Say what a value called `name` would be, None when the name does not speak of a secret (`password_field`, `max_tokens`).

    >>> classify("LLM_MAX_OUTPUT_TOKENS"), classify("context_tokens"), classify("API_TOKENS")
    (None, None, <NameKind.TOKEN: 'token'>)
    """
    words = _trimmed(words_of(name.rsplit(".", 1)[-1] if "." in name and not name.endswith(".") else name))
    if not words:
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _REPEATED and before in _PASSWORDS:
        return NameKind.PASSWORD
    if last in _NOT_AFTER and (before, last) != ("token", "id"):
        return None
    if before in _NOT_BEFORE or words[0] in ("is", "has", "no", "show", "hide", "use", "csrf", "xsrf"):
        return None
    if last == "tokens" and (before in _COUNTED or "max" in words or "min" in words):
        return None
    if last in _PASSWORDS or (last.endswith(_GLUED) and last not in _NO_PASSWORDS) or _means_more(words):
        return NameKind.PASSWORD
    if "".join(words[-2:]) in _PASSWORDS or "".join(words[-3:]) in _PASSWORDS:
        return NameKind.PASSWORD
    kind = _framework(words)
    if kind:
        return kind
    if last in _TOKENS or (last.endswith(_GLUED_TOKENS) and not last.startswith(("csrf", "xsrf"))):
        return NameKind.TOKEN
    if last == "id" and before == "token":
        return NameKind.KEY
    if last == "verifier" and before == "oauth":
        return NameKind.TOKEN
    if last == "key":
        return NameKind.TOKEN if before in _KEY_BEFORE else NameKind.KEY
    if last == "base" and before == "key":
        return NameKind.FRAMEWORK
    if last.endswith("key") and len(last) > 4 and last not in _NO_KEYS:
        return NameKind.TOKEN if last[:-3] in _KEY_BEFORE else NameKind.KEY
    return None


def is_repeated(name: str) -> bool:
    """Whether the name is of a password that is typed a second time.

    >>> is_repeated("password_confirmation"), is_repeated("passwordRepeat"), is_repeated("password")
    (True, True, False)
    """
    return (words_of(name) or [""])[-1] in _REPEATED


def is_glued_key(name: str) -> bool:
    """Whether `key` is but the end of the name's last word, so that it is not known which one: `nkey`, `repokey`."""
    last = (_trimmed(words_of(name)) or [""])[-1]
    return last.endswith("key") and last != "key"


def _means_more(words: list[str]) -> bool:
    return words[-1] in _MEANS_MORE or (len(words) > 1 and words[-2] in _MEANS_MORE and words[-1] in ("api", "chiave", "secreta", "segura"))


def means_more(name: str) -> bool:
    """Whether the name is a password in one language and something else in another: `clave`, `parola`."""
    return _means_more(_trimmed(words_of(name)) or [""])


_ACCOUNTS = wordset("db database postgres postgresql pg mysql mariadb mongo mongodb redis rabbitmq sql smtp mail ftp root admin")


def account_password(name: str) -> str | None:
    """The part of an environment variable's name up to the password, where what follows only says whose it is.

    >>> account_password("POSTGRES_PASSWORD_ORDERS"), account_password("DB_PASSWORD_FILE"), account_password("PASSWORD_HASHING")
    ('POSTGRES_PASSWORD', None, None)
    """
    words = words_of(name)
    at = max((i for i, word in enumerate(words) if word in _PASSWORDS), default=0)
    if at == 0 or at == len(words) - 1 or words[at - 1] not in _ACCOUNTS or any(word in _NOT_AFTER for word in words[at + 1 :]):
        return None
    return "_".join(words[: at + 1]).upper()


def _framework(words: list[str]) -> NameKind | None:
    tail2, tail3 = "".join(words[-2:]), "".join(words[-3:])
    if tail3 == "secretkeybase" or words[-2:] == ["secret", "key"] or tail2 == "secretkey":
        rest = words[:-2]
        return NameKind.FRAMEWORK if all(w in _FRAMEWORK_BEFORE for w in rest) else NameKind.TOKEN
    if words[-2:] in _SIGNS or words[-3:] in (["jwt", "secret", "key"], ["secret", "or", "key"]):
        return NameKind.FRAMEWORK
    if words[-3:] == ["app", "settings", "token"] or (words[-1] == "secretkey" and len(words) == 1):
        return NameKind.FRAMEWORK
    if tail2 in _FRAMEWORK_TAILS:
        return NameKind.FRAMEWORK
    if words[-1] == "secret" and all(w in _FRAMEWORK_BEFORE for w in words[:-1]):
        return NameKind.FRAMEWORK
    return None
