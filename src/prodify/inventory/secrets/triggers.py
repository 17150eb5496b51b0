"""The contextual patterns: where something named like a secret is bound to a literal.

Each pattern is made so that a match ends at one fixed distance behind the opening of the value; what stands there is then read by
hand (see `context`), so a trigger may be generous. No look-around and bounded repetitions only: both engines run the same text.

What did not help: `ARGUMENT` without its first part takes 16 of 100 parts off a search, but finds so much more (a list of words in JSON)
that to tell it from the rest costs more. No other trigger takes more than 8, and none of them can be had for less. A name of two letters
(`pw`) makes every search two and a half times as long; with its underscore it costs nothing.
"""

from __future__ import annotations

from enum import IntEnum


class Trigger(IntEnum):
    """Contextual patterns; the number is their place in `PATTERNS`."""

    QUOTED = 0
    QUOTED_KEY = 1
    UNQUOTED = 2
    URL = 3
    HEADER = 4
    PAIR = 5
    TF_VARIABLE = 6
    K8S_SECRET = 7
    DSN = 8
    CALL = 9
    XML = 10
    DEFINE = 11
    EXPANSION = 12
    GO_DSN = 13
    SPLIT_KEY = 14
    QUERY = 15
    CURL = 16
    QUOTED_TOKEN = 17
    FALLBACK = 18
    ARGUMENT = 19
    SETTING = 20
    UNQUOTED_TOKEN = 21
    UNQUOTED_WORD = 22
    JWK = 23
    SQL = 24
    JSON = 25
    FORM = 26
    SIGNING = 27
    DEFAULT = 28
    COMMAND = 29
    ACCOUNT = 30
    JOINED = 31
    PAIR_BACK = 32
    BLOCK = 33
    WORDS = 34
    ELEMENT_BELOW = 35


_KEYS = (
    r"(?:api|access|auth|private|signing|encrypt|encryption|secret|app|account|master|service|storage|session|jwt|license|"
    r"admin|webhook|cookie|shared|client|subscription|hmac|deploy)[_.\- ]?key"
)
_ABROAD = (
    r"senha|contrase|wachtwoord|kennwort|clave|chave|parol|haslo|has\xc5\x82o|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|l(?:o|\xc3\xb6)senord"
    r"|salasana|adgangskode|kodeord|heslo|jelsz|lozink|(?:s|\xc5\x9f)ifre|\xe5\xaf\x86(?:\xe7\xa0\x81|\xe7\xa2\xbc)|\bmdp"
    r"|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8"
)
"""Password in other languages, in UTF-8: both engines read bytes."""
_STRONG = rf"(?:pass|pwd|_pw\b|secret|{_ABROAD}|{_KEYS})"
_BEARER = r"(?:token|credential|authorization|bearer|oauth_verifier)"
"""What is named like this and nothing else counts only when its value looks drawn from an alphabet, which short ones never do."""
NAME = rf"(?:pass|pwd|_pw\b|secret|token|credential|oauth_verifier|{_ABROAD}|{_KEYS}|authorization|bearer)"
_REST = r"[\w.\-\x80-\xff]{0,24}"
_CLOSE = r"""(?:\[\d{0,4}\])?\\?["'`\])}]{0,4}"""
_SEP = (
    r"(?:\s{0,16}(?::\s{0,3}(?:&'static )?[&\w<>\[\]|.?]{1,24}(?: \| \w{1,9})?)?\s{0,4}(?:=>|:=|\+=|={1,3}|!={1,2}|:|<-|->)"
    r"|\s(?:string|as string|\[\]byte|\{ get;[^{}\n]{0,24}\})\s?=|\s?\()"
)
_OTHERWISE = (
    r"(?:\s{0,8}(?::\s{0,3}[&\w<>\[\]|.?]{1,24}(?: \| \w{1,9})?)?\s{0,4}(?:\?\?=|\|\|=)"
    r"|,\s{0,40}(?:default(?:Value)?|fallback)\s?=|\s{0,20}(?:\|\||\?\?|\?:|\bor\b))"
)
_CALLS = (
    r"(?:get|env|fetch|config|default|property|lookup|value|str|param|setting|option|secret|decouple|read|define|put|set|append|header"
    r"|add|insert)"
)
PREFIX = (
    r"(?:(?:[a-z]{2,8}\.)?String\(|Base64\.decode\(|\[\]byte\(|String::from\(|Buffer\.from\(|Some\(|SecretStr\(|str\("
    r"|Field\(\s?default\s?=\s?|(?:new )?[\w.:]{1,40}\(|rb|[brufBRUF@$\[(]|\(\s{0,20}\[?)?"
)
_OPEN = r"""\s{0,40}""" + PREFIX + r"""\\?["'`]"""
_TEXT = r"""[^"'`\n\\<{][^"'`\n][^"`\n]"""
_BARE = r"""[^\s"'`#;,(<>\[{=:|&][^\s"'`<>]{2}"""
_SECOND = rf"{NAME}{_REST}{_CLOSE},{_OPEN}{_TEXT}"
_RANDOM = r"""[A-Za-z0-9+/=_\-.~:!@#$%^&*?|,]"""

PATTERNS: dict[Trigger, tuple[str, tuple[str, ...]]] = {
    Trigger.QUOTED: (rf"""(?i){_STRONG}{_REST}{_CLOSE}{_SEP}{_OPEN}{_TEXT}""", ()),
    Trigger.QUOTED_TOKEN: (rf"""(?i){_BEARER}{_REST}{_CLOSE}{_SEP}{_OPEN}{_RANDOM}{{8}}""", ()),
    Trigger.FALLBACK: (rf"""(?i){NAME}{_REST}{_CLOSE}{_OTHERWISE}{_OPEN}{_TEXT}""", ()),
    Trigger.ARGUMENT: (
        rf"""(?i){_CALLS}\w{{0,40}}\s{{0,3}}[\[(.{{]?["'`\\]{{0,2}}\s{{0,3}}[\w.\-]{{0,40}}{_SECOND}""",
        (),
    ),
    Trigger.SETTING: (
        rf"""(?:(?:PASS|PWD|SECRET|TOKEN|CREDENTIAL|SENHA|CONTRASE|KENNWORT|WACHTWOORD|KEY|AUTHORIZATION|BEARER)[A-Z0-9_]{{0,24}}"""
        rf"""|--[a-z\-]{{0,40}}(?:pass|pwd|secret|token)[a-z\-]{{0,16}})\\?["'`][\]}}]{{0,3}},{_OPEN}{_TEXT}""",
        (),
    ),
    Trigger.QUOTED_KEY: (
        r"""(?i)key\w{0,8}\\?["'\]]{0,3}\s{0,16}(?:=>|:=|\+=|[:=,(])\s{0,4}(?:(?:new )?[\w.:]{1,40}\(|[bfru])?"""
        r"""\\?["'`][A-Za-z0-9+/_\-=.]{12}""",
        (),
    ),
    Trigger.UNQUOTED: (rf"""(?i){_STRONG}{_REST}["']?[ \t]{{0,20}}[=:][ \t]{{0,16}}{_BARE}""", ()),
    Trigger.UNQUOTED_TOKEN: (
        rf"""(?i)(?:{_BEARER}{_REST}|key)["']?[ \t]{{0,6}}[=:][ \t]{{0,6}}[A-Za-z0-9+/_\-.~!@$%^*?]{_RANDOM}{{15}}""",
        (),
    ),
    Trigger.UNQUOTED_WORD: (
        rf"""(?i)(?:(?:\b(?:ENV|ARG|machine|login)[ \t]{{1,20}}|[ \t]-|--)[\w.\-]{{0,40}}{NAME}{_REST}"""
        rf"""|\blogin[^\n]{{1,160}}passwo?r?d)["']?[ \t]{{1,12}}{_BARE}""",
        (),
    ),
    Trigger.URL: (r"""://[^\s:/?#@"'`<>\\]{0,64}:[^\s@"'`<>/]{1,100}@[\w\[]""", ("://",)),
    Trigger.HEADER: (
        r"""(?i)(?:(?:bearer|token)[ +][A-Za-z0-9+/_\-.=]{16}|(?:basic|apikey)[ +][A-Za-z0-9+/_\-.=]{11})""",
        ("bearer", "basic", "token", "apikey"),
    ),
    Trigger.PAIR: (
        rf"""(?i)(?:name|key)\\?["']?\s{{0,4}}[:=]\s{{0,4}}["']?[\w.\-:]{{0,40}}{NAME}[\w.\-]{{0,24}}["']?,?\s{{1,40}}["']?value["']?\s{{0,4}}[:=]\s{{0,4}}["']?[^\s"']""",
        (),
    ),
    Trigger.PAIR_BACK: (
        rf"""(?i)\bvalue["']?\s{{0,4}}[:=]\s{{0,4}}["']?[^\s"'{{$<][^"'\n]{{2,200}}["']?,?\s{{1,40}}["']?(?:name|key)["']?"""
        rf"""\s{{0,4}}[:=]\s{{0,4}}["']?[\w.\-:]{{0,40}}{NAME}""",
        ("value",),
    ),
    Trigger.TF_VARIABLE: (rf"""(?i)variable\s{{1,4}}"[\w\-]{{0,40}}{NAME}[\w\-]{{0,30}}"\s{{0,4}}\{{""", ("variable",)),
    Trigger.K8S_SECRET: (r"""kind:[ \t]{0,4}["']?[Ss]ecret""", ("kind:",)),
    Trigger.DSN: (
        r"""(?i)[;"'`\s](?:password|pwd|accountkey|sharedaccesskey)\s?=\s?[^\s;"'`{$%<][^\s;"'`]{2}""",
        ("password", "pwd", "accountkey", "sharedaccesskey"),
    ),
    Trigger.CALL: (
        r"""(?i)(?:jwt\.(?:sign|verify|encode|decode)|createHmac|hmac\.new|cookieParser|generate_password_hash|check_password_hash|make_password|hash_?password"""
        r"""|bcrypt\.(?:hash|hashSync|hashpw|compare)|create_(?:super)?user|CreateAsync|AddPasswordAsync|set_?password|\.login|(?:HTTP)?BasicAuth"""
        r"""|PlainAuth|NewDialer|NetworkCredential|basic_auth|Credentials\.basic|\.auth|auth\(\)(?:\.preemptive\(\))?\.basic|UserPassword|UsernamePasswordCredentials?|PasswordAuthentication|DBI->connect|PasswordEncoder(?:\(\d{0,2}\))?\.encode|mysqli?(?:_connect)?|(?:pymysql|MySQLdb)\.connect|PDO|getConnection|\bauth=)\s?\("""
        r"""[^\n"'`]{0,80}["'`]""",
        (
            "jwt.",
            "hmac",
            "cookieparser",
            "password",
            "bcrypt.",
            "create_",
            "createasync",
            ".login",
            "basicauth",
            *"plainauth newdialer networkcredential basic_auth credentials.basic passwordencoder .auth auth(). dbi->connect".split(),
            "mysql",
            "pdo",
            "getconnection",
            "auth=",
        ),
    ),
    Trigger.XML: (
        rf"""(?i)<(?:\w{{3,12}} (?:name|key)=["'])?[\w.\-:]{{0,30}}{NAME}[\w.\-]{{0,16}}["']?(?: [^<>\n]{{1,40}})?>"""
        rf"""(?:<value>)?[^<\s${{&][^<\s]{{2}}""",
        (),
    ),
    Trigger.BLOCK: (
        r"""(?i)\b(?:let!?|receive|given)\(:\w{0,40}(?:pass|pwd|secret|token|key|credential)\w{0,16}\)(?:\.and_return\(| ?\{) ?"""
        r"""["'][^"'\n]{3}""",
        ("(:",),
    ),
    Trigger.WORDS: (
        r"""(?i)(?:password|passwd|passphrase|pwd|secret|token|api_?key)[ \t]{1,8}["'][^\s"'\n,;.)][^"'\n]{2}""",
        ("password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "api_key"),
    ),
    Trigger.ELEMENT_BELOW: (
        rf"""(?i){NAME}[\w.\-]{{0,16}}</(?:key|param-name|name)>\s{{0,60}}<(?:string|param-value|value)>[^<\s${{&][^<\s]{{2}}""",
        ("</key>", "</param-name>", "</name>"),
    ),
    Trigger.DEFINE: (rf"""(?i)#define\s{{1,8}}\w{{0,40}}{NAME}\w{{0,20}}\s{{1,20}}"[^"\n]{{3}}""", ("#define",)),
    Trigger.EXPANSION: (rf"""(?i)\$\{{[\w.\-]{{0,40}}{NAME}[\w.\-]{{0,24}}:-?[^\s}}$]{{3}}""", ("${",)),
    Trigger.GO_DSN: (r"""[\w.\-]{1,40}:[^\s:@"'`/]{2,64}@(?:(?:tcp|unix)\(|/\w{1,40}["`?])""", ("@tcp(", "@unix(", "@/")),
    Trigger.SPLIT_KEY: (
        r"""(?i)(?:\w(?:_api|_key|apikey)\\?["'\]]{0,3}\s{0,4}=\s{0,4}|:\w{0,30}(?:secret|token|api_?key),\s{1,4})["'][A-Za-z0-9+/_\-=.]{16}""",
        ("_api", "_key", "apikey", "api_key", "secret", "token"),
    ),
    Trigger.QUERY: (
        r"""(?i)[?&](?:api[_-]?key|apikey|key|token|(?:access|auth|private|oauth)_token|appid|app_key|secret|(?:client|token)_secret)=[A-Za-z0-9_\-.]{12}""",
        ("key=", "token=", "appid=", "secret="),
    ),
    Trigger.CURL: (
        r"""(?i)\bcurl\b[^|]{0,300}\s(?:(?:-u|--user)[ =]{0,3}[^\s$<]|(?:-H|--header)[ =]{1,3}["'])""",
        ("curl",),
    ),
    Trigger.JWK: (r"""kty\\?["']?\s{0,3}[:=]""", ("kty",)),
    Trigger.JSON: (rf"""(?i){NAME}\w{{0,8}}["']\s{{0,2}}:\s{{0,2}}["']\{{\\["']""", ()),
    Trigger.FORM: (
        r"""(?i)(?:pass|pwd|passwd|password|secret|token|verifier|_key|apikey)=[A-Za-z0-9][A-Za-z0-9+/_\-.%|~]{4}""",
        ("pass=", "pwd=", "passwd=", "password=", "secret=", "token=", "verifier=", "_key=", "apikey="),
    ),
    Trigger.SQL: (
        r"""(?i)(?:identified\s{1,4}by|(?:create|alter)\s{1,4}(?:user|role|login)\b[^\n;]{1,80}\bpassword\s{0,2}=?|to-securestring(?:\s{1,4}-string)?)\s{1,4}\\?["']?[^\s"'\\$<%{:(-]""",
        ("identified", "password", "to-securestring"),
    ),
    Trigger.SIGNING: (
        r"""(?:(?:SymmetricSecurityKey|HMAC(?:SHA)?(?:256|384|512)|hmacShaKeyFor|SecretKeySpec|createSecretKey|from_secret|SignedString"""
        r"""|NewCookieStore|cookie\.NewStore|setSigningKey|signWith|hmac\.New|JWT(?:::|\.)(?:en|de)code|error\)\s?\{\s{1,12}return)[^"'`;{}]{1,100}"""
        r"""|keys\s?[:=]\s?\[\s?|[kK]ey\w{0,8}\s{0,3}:?=\s{0,3}(?:[\w.]{0,24}(?:GetBytes|[hH]ex|HEX|[fF]romHex(?:String)?|unhexlify|decodeHex)|\[\]byte)\(\s{0,3}@?"""
        r"""|["'](?:jwt|JWT|Jwt|Key|Token|Secret|(?:Signing|Security|Secret)Key)["']\s{0,2}:\s{0,2})["'`]""",
        (
            *"securitykey hmac secretkeyspec createsecretkey from_secret signedstring newcookiestore newstore".split(),
            *"setsigningkey signwith jwt key token secret error)".split(),
        ),
    ),
    Trigger.DEFAULT: (
        r"""(?:(?i:(?:pass|pwd|secret|token|key|credential)\w{0,24}["'`]\s?[)\]]{1,2}"""
        r"""(?:[^"'`;]{0,60}(?:unwrap_or|orElse)\w{0,5}\s?\([^"'`;]{0,24}"""
        r"""|!?(?:\.\w{1,20}(?:<\w{1,9}>)?(?:\(\))?)?\s{0,20}(?:\?\?|\|\||\bor\b)\s{0,20}[@$]?|\s?(?:\{|do)\s?))"""
        r"""|== "" \{\s{1,12}\w{1,40} = )["'`]""",
        ("pass", "pwd", "secret", "token", "key", "credential", '""'),
    ),
    Trigger.COMMAND: (
        r"""(?:\b(?:mysql|mariadb)\w{0,8}\b[^\n|;]{0,160}[\s"']-p["']?|\bredis-cli\b[^\n|;]{0,120}[\s"']-a["',]{0,2}\s{1,3}["']?|requirepass["',]{0,2}\s{1,3}["']?"""
        r"""|\bsshpass["',]{0,2}\s{1,3}["']?-p["',]{0,2}\s{0,3}["']?|\b(?:docker|podman|buildah|oc|az|cf)\s{1,3}login\b[^\n|;]{0,160}\s-p\s{1,3}["']?)[^\s"'$<`\-]"""
        r"""|\bhtpasswd\s{1,3}-\w{0,4}b\w{0,4}\s[^\n|;]{1,160}|\becho\s{1,3}(?:-\w\s)?["']?[\w.-]{1,32}:[^\s"'$<`|]{1,64}["']?\s{0,3}\|[^\n]{0,40}\bchpasswd""",
        ("mysql", "mariadb", "redis-cli", "requirepass", "sshpass", "login", "htpasswd", "chpasswd"),
    ),
    Trigger.ACCOUNT: (
        r"""(?:(?i:(?:user(?:_?name)?|login|email)\\?["']?\s{0,4}(?:=>|:=|[:=])\s{0,4}@?["'](?:admin(?:istrator)?|root|sa|super(?:user|admin)|postgres"""
        r"""|guest|demo|test|user)["'],\s{1,40}["']?pass(?:word|wd)?["']?\s{0,4}(?:=>|:=|[:=])\s{0,4})"""
        r"""|\bAccounts\{\s{0,20}["'][^"'\n]{2,40}["']:\s{0,4})["'][^"'\n]""",
        ("pass", "accounts{"),
    ),
    Trigger.JOINED: (
        r"""["'](?:sk-(?:proj-|ant-|or-)?|[sr]k_live_|gh[opsu]_|github_pat_|glpat-|xox[abp]-|AIza|hf_|gsk_|SG\.)["']\s{0,3}[+.]\s{0,3}["'][A-Za-z0-9_\-.]{16}""",
        ("sk-", "k_live_", "gho_", "ghp_", "ghs_", "ghu_", "github_pat_", "glpat-", "xox", "aiza", "hf_", "gsk_", "sg."),
    ),
}
"""Pattern and keywords by trigger; no keywords means those of `NAME_WORDS`."""

BEGIN_WITH_NAME = frozenset(
    (Trigger.QUOTED, Trigger.QUOTED_TOKEN, Trigger.FALLBACK, Trigger.QUOTED_KEY, Trigger.UNQUOTED, Trigger.UNQUOTED_TOKEN, Trigger.JSON)
)
"""Patterns whose matches begin with one of `NAME_WORDS`, or with one of `KEYS`, of which `key` is the end."""
KEYS = rf"(?i){_KEYS}"
ENDS_OF_ARGUMENT = rf"(?i){_SECOND}"
"""With what every match of `ARGUMENT` ends; it begins with a name, too."""

NAME_WORDS = (
    "pass",
    "pwd",
    "_pw",
    "secret",
    "token",
    "credential",
    "oauth_verifier",
    "key",
    "authorization",
    "bearer",
    *"senha contrase wachtwoord kennwort clave chave parol haslo hasło пароль losenord lösenord salasana adgangskode kodeord heslo".split(),
    *"jelsz lozink sifre şifre 密码 密碼 mdp パスワード 비밀번호".split(),
)
"""Lower-case words of which one stands in every match of a pattern that has no keywords of its own."""
