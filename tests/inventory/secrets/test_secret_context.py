"""What prototypes really write: literals bound to secret names wherever they occur, and what only looks like one."""

from __future__ import annotations

import pytest

from prodify.inventory.facts import Role
from prodify.inventory.secrets import Scanner
from tests.inventory.secrets.secret_shapes import make

RANDOM = make("{b62*32}")
HUMAN = "Tr0ub" + "4dor&3x"

FOUND = [
    # path, text, name, category, level
    ("app.py", f'API_KEY = "{RANDOM}"\n', "API_KEY", "token", "error"),
    ("app.py", f'openai.api_key = "{RANDOM}"\n', "openai.api_key", "token", "error"),
    ("app.py", f'client = Client(api_key="{RANDOM}")\n', "api_key", "token", "error"),
    ("app.py", f'app.config["MYSQL_PASSWORD"] = "{HUMAN}"\n', "MYSQL_PASSWORD", "password", "error"),
    ("app.py", f'app.config["SECRET_KEY"] = "{RANDOM}"\n', "SECRET_KEY", "framework-key", "error"),
    ("app.py", 'SECRET_KEY = os.environ.get("SECRET_KEY", "dev")\n', "SECRET_KEY", "framework-key", "warning"),
    ("app.py", "SECRET_KEY = os.environ.get('SECRET_KEY') or 'you will never guess'\n", "SECRET_KEY", "framework-key", "warning"),
    ("app.py", 'SECRET_KEY = config("SECRET_KEY", default="change-me")\n', "SECRET_KEY", "framework-key", "warning"),
    ("app.py", 'app.secret_key = b"supersecret"\n', "app.secret_key", "framework-key", "warning"),
    ("app.py", 'ADMIN_PASSWORD = os.getenv("ADMIN_PASSWORD", "changeme")\n', "ADMIN_PASSWORD", "password", "warning"),
    ("settings.py", 'SECRET_KEY = "django-insecure-' + make("{low*50}") + '"\n', "SECRET_KEY", "framework-key", "error"),
    ("app.py", 'token = jwt.encode(payload, "my-jwt-key", algorithm="HS256")\n', "jwt.encode", "framework-key", "warning"),
    ("db.py", 'row = ("demo@example.org", generate_password_hash("demo123"))\n', "generate_password_hash", "password", "warning"),
    ("login.py", 'if user == "bob" and password == "hunter22":\n', "password", "password", "error"),
    ("server.js", "const secret = process.env.JWT_SECRET || 'mysecret'\n", "JWT_SECRET", "framework-key", "warning"),
    ("server.ts", "const key = process.env.JWT_SECRET ?? 'fallback-key'\n", "JWT_SECRET", "framework-key", "warning"),
    ("server.js", "app.use(session({ secret: 'keyboard cat' }))\n", "secret", "framework-key", "warning"),
    ("server.ts", f"const password: string = '{HUMAN}'\n", "password", "password", "error"),
    ("server.js", f"headers: {{ Authorization: 'Bearer {RANDOM}' }}\n", "Authorization", "token", "error"),
    ("Api.java", f'private static final String API_KEY = "{RANDOM[:12]}"\n    + "{RANDOM[12:]}";\n', "API_KEY", "token", "error"),
    ("main.go", 'const NBSecretPassword = "A Str0ng One!!@##"\n', "NBSecretPassword", "password", "error"),
    ("main.go", f'var apiToken string = "{RANDOM}"\n', "apiToken", "token", "error"),
    ("main.go", 'db, _ := sql.Open("mysql", "root:hunter22@tcp(db.corp.net:3306)/app")\n', None, "connection-string", "error"),
    ("login.rs", 'if payload.username != "demo" || payload.pwd != "123" {\n', "payload.pwd", "password", "warning"),
    ("config.php", f"define('DB_PASSWORD', '{HUMAN}');\n", "DB_PASSWORD", "password", "error"),
    ("config.rb", f"config.secret_key_base = '{make('{hex*128}')}'\n", "config.secret_key_base", "framework-key", "error"),
    ("wifi.ino", f'#define WIFI_PASSWORD "{HUMAN}"\n', "WIFI_PASSWORD", "password", "error"),
    ("Program.cs", f'Open("Server=db.corp.net;Username=app;Password={HUMAN};");\n', None, "connection-string", "error"),
    ("Program.cs", 'Open("Server=db;Username=postgres;Password=postgres;");\n', None, "connection-string", "warning"),
    ("config.yml", f"password: {HUMAN}\n", "password", "password", "error"),
    ("config.json", f'{{"db": {{"password": "{HUMAN}"}}}}\n', "password", "password", "error"),
    ("application.properties", f"spring.datasource.password={HUMAN}\n", "spring.datasource.password", "password", "error"),
    ("application.yml", f"jwt:\n  secret: ${{JWT_SECRET:{RANDOM}}}\n", "JWT_SECRET", "framework-key", "error"),
    ("settings.toml", f'api_token = "{RANDOM}"\n', "api_token", "token", "error"),
    ("setup.cfg", f"[db]\npassword = {HUMAN}\n", "password", "password", "error"),
    ("web.config", f'<add key="ApiKey" value="{RANDOM}" />\n', "ApiKey", "token", "error"),
    ("settings.xml", f"<password>{HUMAN}</password>\n", "password", "password", "error"),
    ("docker-compose.yml", "environment:\n  - POSTGRES_PASSWORD=postgres\n", "POSTGRES_PASSWORD", "password", "note"),
    ("docker-compose.yml", f"environment:\n  POSTGRES_PASSWORD: {HUMAN}\n", "POSTGRES_PASSWORD", "password", "error"),
    ("docker-stack.yml", "environment:\n  POSTGRES_PASSWORD: postgres\n", "POSTGRES_PASSWORD", "password", "warning"),
    ("docker-compose.yml", f"environment:\n  SECRET_KEY: ${{SECRET_KEY:-{RANDOM}}}\n", "SECRET_KEY", "framework-key", "error"),
    ("k8s/db.yaml", "env:\n- name: POSTGRES_PASSWORD\n  value: postgres\n", "POSTGRES_PASSWORD", "password", "warning"),
    ("task.json", f'{{"name": "DB_PASSWORD", "value": "{HUMAN}"}}\n', "DB_PASSWORD", "password", "error"),
    ("variables.tf", f'variable "db_password" {{\n  type    = string\n  default = "{HUMAN}"\n}}\n', "db_password", "password", "error"),
    ("prod.tfvars", f'db_password = "{HUMAN}"\n', "db_password", "password", "error"),
    ("Dockerfile", f"FROM scratch\nENV SECRET_KEY={RANDOM}\n", "SECRET_KEY", "framework-key", "error"),
    ("Dockerfile", f"FROM scratch\nENV DB_PASSWORD {HUMAN}\n", "DB_PASSWORD", "password", "error"),
    ("deploy.sh", f"export DB_PASSWORD={HUMAN}\n", "DB_PASSWORD", "password", "error"),
    ("deploy.sh", f"mysql --password={HUMAN} app\n", "password", "password", "error"),
    ("notebook.ipynb", f'"source": ["API_KEY = \\"{RANDOM}\\"\\n"]\n', "API_KEY", "token", "error"),
    ("server.js", "connectionString: 'postgres://postgres:postgres@db/postgres'\n", "connectionString", "connection-string", "warning"),
    ("app.py", 'URL = "postgresql://postgres:postgres@localhost:5432/app"\n', "URL", "connection-string", "note"),
    (
        "app.py",
        'URL = "mongodb+srv://app:' + HUMAN.replace("&", "") + '@cluster0.abcde.mongodb.net/app"\n',
        "URL",
        "connection-string",
        "error",
    ),
    ("app.py", 'R = "https://bot:' + RANDOM + '@git.corp.net/repo.git"\n', "R", "basic-auth", "error"),
    ("app.py", f'conn = pymysql.connect("db.corp.net", "root", "{HUMAN}", "app")\n', "pymysql.connect", "password", "error"),
    ("app.py", 'SECRET_KEY: str = Field(default="changethis")\n', "SECRET_KEY", "framework-key", "warning"),
    ("app.js", f"fetch('https://api.corp.net/data?api_key={RANDOM}')\n", "api_key", "token", "error"),
    ("appsettings.json", f'"Jwt": {{"Key": "{RANDOM}"}}\n', "Key", "framework-key", "error"),
    ("run.sh", f"curl -u admin:{HUMAN} https://api.corp.net\n", None, "basic-auth", "error"),
    ("db.js", "createConnection({ host: 'db.corp.net', user: 'shop', password: '4474' })\n", "password", "password", "warning"),
    ("README.md", f"Run with `export API_TOKEN={RANDOM}`\n", "API_TOKEN", "token", "note"),
]


@pytest.mark.parametrize(
    ("path", "text", "name", "category", "level"), FOUND, ids=[f"{i}-{row[0]}-{row[2]}" for i, row in enumerate(FOUND)]
)
def test_found(path: str, text: str, name: str | None, category: str, level: str, scanner: Scanner) -> None:
    hits, _ = scanner.scan(path, text.encode())
    assert [(h.name, h.category, h.level) for h in hits] == [(name, category, level)]


DECOYS = [
    ("deploy.sh", "sudo adduser --disabled-password --gecos '' app\n"),
    ("seed.sh", "flask shell <<EOF\nadd(User(name=name, password=password))\nEOF\n"),
    ("client.py", 'def __init__(self, host="localhost", user="user", passwd="passwd"):\n    pass\n'),
    ("db.js", "createConnection({ host: 'db.corp.net', user: 'shop', password: '0000' })\n"),
    ("es.yaml", "data:\n  - secretKey: password\n    remoteRef:\n      key: broker\n"),
    ("es.yaml", "data:\n  - remoteRef:\n      key: broker\n    secretKey: \"hunter-key\"\n"),
    ("app.py", 'API_KEY = os.environ["API_KEY"]\n'),
    ("app.py", 'api_key = request.form["openai_key_of_the_user"]\n'),
    ("app.py", 'openai.api_key = os.getenv("OPENAI_API_KEY")\n'),
    ("app.py", "import secrets\ntoken = secrets.token_hex(16)\n"),
    ("app.py", 'API_KEY = "your-api-key-here"\n'),
    ("app.py", 'api_key = "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"\n'),
    ("app.py", 'user = User(name="x", password="password")\n'),
    ("main.tf", 'settings = [\n  "DB_PASSWORD",\n  "DJANGO_SECRET_KEY",\n]\n'),
    ("app.py", 'raise ValueError("password", "password must not be empty")\n'),
    ("app.py", 'password_field = "input-field-1"\n'),
    ("app.py", 'TOKEN_URL = "https://auth.corp.net/oauth/token"\n'),
    ("app.py", 'max_tokens = "4096"\n'),
    ("app.py", f'password_hash = "{make("{hex*64}")}"\n'),
    ("app.py", f'commit = "{make("{hex*40}")}"\n'),
    ("app.py", f'api_key_hash = "{make("{hex*64}")}"\n'),
    ("app.py", 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]\n'),
    ("app.py", 'alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"\n'),
    ("app.ts", "DATABASE_PASSWORD: z.string().min(1, 'DATABASE_PASSWORD is required'),\n"),
    ("app.ts", "const db = url.replace('<db_password>', config.DATABASE_PASSWORD)\n"),
    ("app.ts", "type: show ? 'text' : 'password'\n"),
    ("app.ts", "password: 'string',\n"),
    ("form.jsx", '<input type="password" name="password" placeholder="Your password" />\n'),
    ("form.jsx", '<label for="password">Password</label>\n'),
    ("en.json", '{"password": "Password", "token": "Token", "secret": "Geheimnis"}\n'),
    ("locales/de.json", '{"password": "Passwort1"}\n'),
    ("app.css", "#password { color: red }\n"),
    ("config.yml", "password: ${DB_PASSWORD}\n"),
    ("config.yml", "password: <%= ENV['DB_PASSWORD'] %>\n"),
    ("config.yml", "password: {{ vault_db_password }}\n"),
    ("config.yml", "password: ENC(" + make("{b64*40}") + ")\n"),
    ("config.yml", "secretKeyRef:\n  name: app-secret\n  key: password\n"),
    ("k8s/app.yaml", "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: app, key: db}\n"),
    ("variables.tf", 'variable "db_password" {\n  type = string\n  default = ""\n}\n'),
    ("package-lock.json", f'"integrity": "sha512-{make("{b64*86}")}=="\n'),
    ("index.html", f'<script src="x.js" integrity="sha384-{make("{b64*64}")}"></script>\n'),
    ("deploy.sh", "export DB_PASSWORD=$(cat /run/secrets/db)\n"),
    ("deploy.sh", 'PGPASSWORD="$POSTGRES_PASSWORD" psql\n'),
    ("Dockerfile", "ENV DATABASE_URL=postgres://none\nARG NPM_TOKEN\n"),
    ("README.md", "OPENAI_API_KEY=your-openai-key\n"),
    ("README.md", "postgres://user:password@localhost:5432/db\n"),
    (".env.example", "SECRET_KEY=change-me\nDB_PASSWORD=postgres\n"),
    (".env", "SECRET_KEY=\nOPENAI_API_KEY=your_key_here\nPORT=8000\nDEBUG=true\nDATABASE_URL=postgres://localhost/app\n"),
    (".env", "RAZORPAY_KEY_ID=rzp_" + make("test_{b62*14}") + "\nVITE_PUBLIC_ID=" + make("{b62*30}") + "\n"),
    ("app.py", 'REQUEST_ID = "123e4567-e89b-12d3-a456-426614174000"\n'),
    ("app.py", 'STRIPE_KEY = "pk_' + make("live_{b62*24}") + '"\n'),
    ("app.go", 'csrfToken := "X-CSRF-Token"\nconst TokenHeader = "X-Api-Key"\n'),
    ("run.sh", "curl -u admin:$PASSWORD https://api.corp.net\ncurl -u user:<password> https://api.corp.net\n"),
    ("app.js", "fetch('https://api.corp.net/data?api_key=YOUR_API_KEY_GOES_HERE&page=1')\n"),
    ("schema.ts", " *         password:\n *           type: string\n *           example: mySecurePass123\n"),
]


@pytest.mark.parametrize(("path", "text"), DECOYS, ids=[f"{i}-{row[0]}" for i, row in enumerate(DECOYS)])
def test_left_alone(path: str, text: str, scanner: Scanner) -> None:
    hits, _ = scanner.scan(path, text.encode())
    assert [(h.rule, h.name, h.level, h.redacted) for h in hits] == []


@pytest.mark.parametrize(("path", "text"), [row[:2] for row in FOUND] + DECOYS, ids=str)
def test_both_engines_agree(path: str, text: str, scanner: Scanner, fallback: Scanner) -> None:
    assert scanner.scan(path, text.encode()) == fallback.scan(path, text.encode())


@pytest.mark.parametrize("role", [Role.TEST, Role.EXAMPLE, Role.DOCS])
def test_other_roles_are_notes(role: Role, scanner: Scanner) -> None:
    hits, _ = scanner.scan("tests/x.py", f'API_KEY = "{RANDOM}"\n'.encode(), role)
    assert [(h.level, h.role) for h in hits] == [("note", role)]
