"""One secret in each shape that services of many languages write it in, and beside it the same shape without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.inventory.secrets.secret_shapes import make

if TYPE_CHECKING:
    from prodify.inventory.secrets import Scanner

MARKS = {
    "@V": make("{b62*32}", 7),
    "@P": make("k{b62*6}{dig*3}R", 4),
    "@H": make("{hex*32}", 3),
    "@W": "super-" + "secret-key",
    "@43": make("{b62*43}", 5),
}
"""A drawn value, a password, a hexadecimal value and a well-known one, so that no line below holds a secret."""

PAIRS = {
    # names in other languages
    "spanish": ("a.py", 'contraseña = "@P"', "contraseña = input()"),
    "spanish, key": ("config.yml", 'clave: "@P"', "clave: ${CLAVE}"),
    "spanish, clave as a key of a map": ("a.js", 'const clave_api = "@V"', 'const palabraClave = "nombre"'),
    "portuguese": ("application.properties", "banco.senha=@P", "banco.senha=${BANCO_SENHA}"),
    "german": (".env", "DB_PASSWORT=@P", "DB_PASSWORT="),
    "german, kennwort": ("a.cs", 'var kennwort = "@P";', 'var label = "Kennwort";'),
    "french": ("config.yml", "mot_de_passe: @P", "mot_de_passe: {{ mdp }}"),
    "french, camel case": ("A.java", 'String motDePasse = "@P";', 'String motDePasse = "Mot de passe";'),
    "italian": ("a.php", "$parola_chiave = '@P';", "$parola = 'ciao';"),
    "polish": ("a.py", 'hasło = "@P"', 'hasło = os.environ["HASLO"]'),
    "polish, plain": ("a.py", 'haslo = "@P"', "haslo = None"),
    "russian": ("a.py", 'пароль = "@P"', 'пароль = getenv("PASS")'),
    "russian in yaml": ("a.yml", "db:\n  пароль: @P", "db:\n  пароль: ${DB_PASS}"),
    "swedish": ("a.json", '{"losenord": "@P", "lösenord": "@P"}', '{"label": "lösenord"}'),
    "turkish": (".env", "SIFRE=@P", "SIFRE="),
    "dutch": ("a.yml", "wachtwoord: '@P'", "wachtwoord: '%env(WACHTWOORD)%'"),
    "chinese": ("a.yml", "密码: @P", "密码: ${PW}"),
    # settings files
    "environment file, words": (".env", "API_SECRET=super" + "secretkey", "API_SECRET=your-secret-key"),
    "properties, words": ("application.properties", "app.jwtSecret= security" + "SecretKey", "app.jwtSecret= yourSecretKey"),
    "token id in compose": (
        "docker-compose.yml",
        "services:\n  api:\n    environment:\n      API_TOKEN_ID: @H",
        "services:\n  api:\n    environment:\n      API_TOKEN_ID: ${API_TOKEN_ID}",
    ),
    "appsettings, words": ("appsettings.json", '{"Jwt": {"Key": "words-with-dashes-signing-key"}}', '{"Jwt": {"Key": ""}}'),
    "appsettings, key beside issuer": (
        "appsettings.json",
        '{"JwtSettings": {\n  "Key": "ThisIsTheSigningPhraseOfOurs",\n  "Issuer": "acme"}}',
        '{"Logging": {\n  "Key": "ThisIsTheNameOfAnEntry",\n  "Level": "info"}}',
    ),
    "appsettings, plain": ("appsettings.json", '{"Jwt": "words-with-dashes-key"}', '{"Jwt": "Bearer"}'),
    "appsettings, token": (
        "appsettings.json",
        '{"AppSettings": {"Token": "my top secret key of the app"}}',
        '{"AppSettings": {"Token": ""}}',
    ),
    "spring default": ("application.yml", "jwt:\n  secret: ${JWT_SECRET:@V}", "jwt:\n  secret: ${JWT_SECRET:}"),
    "spring default, weak": ("application.yml", "  password: ${DB_PASSWORD:postgres}", "  password: ${DB_PASSWORD}"),
    "properties, blank behind": ("application.properties", "app.jwtSecret= @W", "app.jwtExpirationMs= 86400000"),
    "hocon": ("application.conf", 'jwt {\n  secret = "a!b}@cX>sdp@zS(-sXgZ1,H;L<,wEF!dx5#e%L"\n}', "jwt {\n  secret = ${?JWT_SECRET}\n}"),
    "terraform default": (
        "main.tf",
        'variable "db_password" {\n  type    = string\n  default = "@P"\n}',
        'variable "db_password" {\n  type      = string\n  sensitive = true\n}',
    ),
    "terraform argument": ("main.tf", 'resource "aws_db_instance" "a" {\n  password = "@P"\n}', "  password = var.db_password"),
    "ansible": ("group_vars/all.yml", "mysql_root_password: @P", 'mysql_root_password: "{{ vault_root }}"'),
    "ansible task": ("tasks.yml", "- mysql_user: name=app password=@P state=present", "- mysql_user: name=app password={{ pw }}"),
    "helm": ("values.yaml", 'postgresql:\n  auth:\n    postgresPassword: "@P"', 'postgresql:\n  auth:\n    existingSecret: "db"'),
    "workflow": (
        ".github/workflows/ci.yml",
        "    env:\n      DEPLOY_TOKEN: @V",
        "    env:\n      DEPLOY_TOKEN: ${{ secrets.DEPLOY_TOKEN }}",
    ),
    "toml": ("Rocket.toml", '[default]\nsecret_key = "@V"', '[default]\nsecret_key = ""'),
    # fallbacks
    "c#, section": (
        "Program.cs",
        'var key = Configuration.GetSection("Jwt:Key").Value ?? "123456";',
        'var key = Configuration.GetSection("Jwt:Key").Value ?? "";',
    ),
    "c#, index": ("Program.cs", 'var k = builder.Configuration["Jwt:Key"] ?? "@W";', 'var h = builder.Configuration["Host"] ?? "local";'),
    "c#, environment": (
        "Program.cs",
        'var p = Environment.GetEnvironmentVariable("DB_PASSWORD") ?? "@P";',
        'var p = Environment.GetEnvironmentVariable("DB_PASSWORD") ?? throw new Exception("DB_PASSWORD");',
    ),
    "kotlin": (
        "App.kt",
        'val secret = System.getenv("JWT_SECRET") ?: "@W"',
        'val secret = System.getenv("JWT_SECRET") ?: error("no secret")',
    ),
    "java, value": ("A.java", '@Value("${jwt.secret:@W}")\nprivate String s;', '@Value("${jwt.secret}")\nprivate String s;'),
    "java, getOrDefault": (
        "A.java",
        'String s = System.getenv().getOrDefault("JWT_SECRET", "@W");',
        'String s = System.getenv().getOrDefault("JWT_HEADER", "Authorization");',
    ),
    "java, property": (
        "A.java",
        'String s = System.getProperty("db.password", "@P");',
        'String s = System.getProperty("db.password", "");',
    ),
    "go, if empty": (
        "main.go",
        'secret := os.Getenv("JWT_SECRET")\nif secret == "" {\n\tsecret = "@W"\n}',
        'secret := os.Getenv("JWT_SECRET")\nif secret == "" {\n\tpanic("no secret")\n}',
    ),
    "go, plain name if empty": (
        "main.go",
        'key := os.Getenv("JWT_KEY")\nif key == "" {\n\tkey = "our-signing-phrase"\n}',
        'key := os.Getenv("SORT_KEY")\nif key == "" {\n\tkey = "name"\n}',
    ),
    "go, helper": ("main.go", 'JWTSecret: getEnv("JWT_SECRET", "@W"),', 'Host: getEnv("HOST", "localhost"),'),
    "viper": ("main.go", 'viper.SetDefault("jwt_secret", "@W")', 'viper.SetDefault("jwt_issuer", "acme")'),
    "viper, dotted": ("main.go", 'viper.SetDefault("database.password", "postgres")', 'viper.SetDefault("database.host", "postgres")'),
    "rust, unwrap_or": (
        "main.rs",
        'let s = env::var("JWT_SECRET").unwrap_or("@W".to_string());',
        'let s = env::var("JWT_SECRET").expect("JWT_SECRET must be set");',
    ),
    "rust, unwrap_or_else": (
        "main.rs",
        'let s = std::env::var("JWT_SECRET").unwrap_or_else(|_| "@W".into());',
        'let s = std::env::var("HOST").unwrap_or_else(|_| "localhost".into());',
    ),
    "rust, bytes": ("auth.rs", 'const JWT_SECRET: &[u8] = b"@W";', 'const HEADER: &[u8] = b"authorization";'),
    "rust, two lines": (
        "main.rs",
        'let s = std::env::var("JWT_SECRET")\n    .unwrap_or_else(|_| String::from("@W"));',
        'let s = std::env::var("JWT_SECRET")\n    .map_err(|_| String::from("JWT_SECRET is missing"));',
    ),
    "php, env": ("config/app.php", "'key' => env('APP_KEY', '@V'),", "'key' => env('APP_KEY'),"),
    "php, env of a password": ("config/database.php", "'password' => env('DB_PASSWORD', '@P'),", "'password' => env('DB_PASSWORD', ''),"),
    "php, define": ("config.php", "define('DB_PASSWORD', '@P');", "define('DB_PASSWORD', '');"),
    "php, define of a word": ("config.php", "define('JWT_KEY', 'our signing phrase');", "define('DB_NAME', 'shop');"),
    "php, getenv": ("config.php", "$s = getenv('JWT_SECRET') ?: '@W';", "$s = getenv('HOST') ?: 'localhost';"),
    "php, null": ("config.php", "$s = $_ENV['DB_PASS'] ?? '@P';", "$s = $_ENV['DB_PASS'] ?? null;"),
    "php, class constant": ("Config.php", "const DB_PASSWORD = 'red@1night';", "const DB_PASSWORD = '';"),
    "ruby, fetch": ("app.rb", "set :session_secret, ENV.fetch('SESSION_SECRET', '@W')", "set :port, ENV.fetch('PORT', '4567')"),
    "ruby, fetch with a block": ("app.rb", "k = ENV.fetch('JWT_SECRET') { '@W' }", "k = ENV.fetch('JWT_SECRET') { raise 'no secret' }"),
    "ruby, or": ("app.rb", "k = ENV['JWT_SECRET'] || '@W'", "k = ENV['JWT_ALGORITHM'] || 'HS256'"),
    "node, ternary": (
        "config.ts",
        'JWT_SECRET: process.env.JWT_SECRET ? process.env.JWT_SECRET : "secret",',
        'HOST: process.env.HOST ? process.env.HOST : "localhost",',
    ),
    "node, over lines": (
        "config.ts",
        "const secret =\n  process.env.JWT_SECRET ||\n  '@W';",
        "const env =\n  process.env.NODE_ENV ||\n  'development';",
    ),
    # signing
    "node, sign": ("a.js", 'jwt.sign({ id: user.id }, "@W", { expiresIn: "1h" })', 'jwt.sign({ id: user.id }, KEY, { expiresIn: "1h" })'),
    "node, verify": ("a.js", 'jwt.verify(token, "shhhhh")', "jwt.verify(token, process.env.KEY)"),
    "python, encode": ("a.py", 'jwt.encode(payload, "@W", algorithm="HS256")', 'jwt.encode(payload, KEY, algorithm="HS256")'),
    "ruby, encode": ("a.rb", "JWT.encode(payload, '@W', 'HS256')", "JWT.encode(payload, SECRET, 'HS256')"),
    "php, encode": ("a.php", "JWT::encode($payload, '@W', 'HS256');", "JWT::encode($payload, $key, 'HS256');"),
    "go, bytes": ("a.go", 'var jwtKey = []byte("@W")', "var jwtKey = []byte(os.Getenv(name))"),
    "go, signed string": ("a.go", 't, err := token.SignedString([]byte("our phrase"))', "t, err := token.SignedString([]byte(key))"),
    "go, keyfunc": (
        "a.go",
        'jwt.Parse(s, func(t *jwt.Token) (interface{}, error) { return []byte("AllYourBase"), nil })',
        "jwt.Parse(s, func(t *jwt.Token) (interface{}, error) { return []byte(key), nil })",
    ),
    "go, hmac": ("a.go", 'mac := hmac.New(sha256.New, []byte("@W"))', "mac := hmac.New(sha256.New, []byte(key))"),
    "java, hmac": ("A.java", 'Keys.hmacShaKeyFor("@W".getBytes())', "Keys.hmacShaKeyFor(secret.getBytes())"),
    "java, algorithm": ("A.java", 'Algorithm.HMAC256("our phrase")', "Algorithm.HMAC256(secret)"),
    "java, signWith": ("A.java", '.signWith(SignatureAlgorithm.HS512, "@W")', ".signWith(SignatureAlgorithm.HS512, secret)"),
    "c#, key": (
        "A.cs",
        'new SymmetricSecurityKey(Encoding.UTF8.GetBytes("this is my custom phrase"))',
        'new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Configuration["Jwt:Key"]))',
    ),
    "c#, bytes": (
        "A.cs",
        'using System.IdentityModel.Tokens.Jwt;\nvar key = Encoding.ASCII.GetBytes("Some Key Here");',
        'var body = Encoding.ASCII.GetBytes("Hello world");',
    ),
    "rust, from_secret": ("a.rs", 'EncodingKey::from_secret("@W".as_ref())', "EncodingKey::from_secret(secret.as_ref())"),
    "rust, bytes of a secret": ("a.rs", 'DecodingKey::from_secret(b"secret")', "DecodingKey::from_secret(&key)"),
    # sessions
    "express": ("a.js", "app.use(session({ secret: 'keyboard cat', resave: false }))", "app.use(session({ secret: process.env.S }))"),
    "cookie parser": ("a.js", "app.use(cookieParser('our phrase'))", "app.use(cookieParser())"),
    "cookie session": ("a.js", "app.use(cookieSession({ keys: ['@W'] }))", "app.use(cookieSession({ keys: [KEY] }))"),
    "koa": ("a.js", "app.keys = ['@W'];", "app.keys = [process.env.KEY];"),
    "gorilla": ("a.go", 'store = sessions.NewCookieStore([]byte("@W"))', "store = sessions.NewCookieStore([]byte(key))"),
    "gin": ("a.go", 'store := cookie.NewStore([]byte("secret"))', "store := cookie.NewStore([]byte(key))"),
    "rack": ("a.rb", "use Rack::Session::Cookie, secret: '@W'", "use Rack::Session::Cookie, secret: ENV['S']"),
    # connection strings
    "ado.net": (
        "appsettings.json",
        '"Default": "Server=db.acme.io;Database=a;User Id=sa;Password=@P;"',
        '"Default": "Server=db;Database=a;Trusted_Connection=True;"',
    ),
    "ado.net, pwd": (
        "web.config",
        'connectionString="Data Source=db.acme.io;Initial Catalog=a;uid=sa;pwd=@P"',
        'connectionString="Data Source=db;Integrated Security=True"',
    ),
    "jdbc": ("a.properties", "url=jdbc:mysql://db.acme.io/a?user=app&password=@P", "url=jdbc:mysql://db.acme.io/a?user=${U}&password=${P}"),
    "mongodb": ("a.js", 'connect("mongodb+srv://app:@P@a.mongodb.net/x")', 'connect("mongodb+srv://<user>:<password>@a.mongodb.net/x")'),
    "user from a variable": ("a.ts", 'url = "mongodb://$root:rootword1@mongo:27017"', 'url = "mongodb://$root:$pw@mongo:27017"'),
    "go dsn": ("a.go", 'dsn := "root:@P@tcp(127.0.0.1:3306)/a"', 'dsn := fmt.Sprintf("%s:%s@tcp(%s)/a", u, p, h)'),
    "go dsn, no port": ("a.go", 'dsn := "root:086106@/banking"', 'dsn := "root:@/banking"'),
    "libpq": ("a.go", 'dsn := "host=db user=app password=@P dbname=a"', 'dsn := "host=%s user=%s password=%s dbname=a"'),
    "php pdo": ("a.php", '$db = new PDO("mysql:host=db;dbname=a", "root", "@P");', '$db = new PDO($dsn, $user, $pass);'),
    "php mysqli": ("a.php", "$c = mysqli_connect('localhost', 'root', '@P', 'a');", "$c = mysqli_connect($host, $user, $pass, 'a');"),
    "amqp": ("a.yml", "url: amqp://app:@P@mq.acme.io:5672/", "url: amqp://${U}:${P}@mq.acme.io:5672/"),
    "redis": (".env", "REDIS_URL=redis://:@P@cache.acme.io:6379/0", "REDIS_URL=redis://cache:6379/0"),
    # commands
    "shell": ("run.sh", "export API_TOKEN=@V", "export API_TOKEN=$(cat token)"),
    "curl": ("run.sh", "curl -u admin:@P https://api.acme.io", 'curl -u "$U:$P" https://api.acme.io'),
    "curl, bearer": ("run.sh", 'curl -H "Authorization: Bearer @V" https://a.io', 'curl -H "Authorization: Bearer $TOKEN" https://a.io'),
    "curl, bearer in a document": (
        "README.md",
        '    curl -H "Authorization: Bearer @V" https://a.io',
        '    curl -H "Authorization: Bearer <token>" https://a.io',
    ),
    "mysql": ("run.sh", "mysql -u root -p@P shop < dump.sql", "mysql -u root -p shop < dump.sql"),
    "mysqldump": ("run.sh", "mysqldump -uroot -p'@P' shop", 'mysqldump -uroot -p"$PW" shop'),
    "mysql in compose": (
        "docker-compose.yml",
        'test: ["CMD", "mysqladmin", "ping", "-u", "root", "-p@P"]',
        'test: ["CMD", "mysqladmin", "ping", "-h", "localhost"]',
    ),
    "redis-cli": ("run.sh", "redis-cli -h cache -a @P ping", "redis-cli -h cache -a $PW ping"),
    "redis server": ("docker-compose.yml", "command: redis-server --requirepass @P", "command: redis-server --requirepass ${PW}"),
    "redis.conf": ("redis.conf", "requirepass @P", "# requirepass foobared"),
    "psql": ("run.sh", "PGPASSWORD=@P psql -h db -U app", "PGPASSWORD=$PW psql -h db -U app"),
    "chpasswd": ("setup.sh", 'echo "deploy:@P" | sudo chpasswd', 'echo "deploy:$PW" | sudo chpasswd'),
    "htpasswd": ("setup.sh", "htpasswd -cb /etc/nginx/.htpasswd shop @P", 'htpasswd -cb /etc/nginx/.htpasswd shop "$PW"'),
    "sshpass": ("deploy.sh", "sshpass -p '@P' scp a b:", 'sshpass -p "$PW" scp a b:'),
    "docker": ("README.md", "docker run -e POSTGRES_PASSWORD=@P postgres", "docker run -e POSTGRES_PASSWORD postgres"),
    "docker login": ("deploy.sh", "docker login -u app -p @P r.acme.io", "docker login -u app -p $PW r.acme.io"),
    "wget": ("run.sh", "wget --password=@P https://a.io", "wget --password=$PW https://a.io"),
    # accounts in code
    "seeded user": ("Seed.cs", 'await users.CreateAsync(user, "Password@123");', "await users.CreateAsync(user, password);"),
    "user and password": (
        "A.cs",
        'new User { Username = "admin", Password = "password" }',
        'new Field { Name = "password", Password = "password" }',
    ),
    "spring user": ("A.java", '.withUser("admin").password("@P").roles("ADMIN")', '.withUser(name).password(encoder.encode(pw))'),
    "compared": ("a.go", 'if user == "admin" && pass == "@P" {', 'if user == "" && pass == "" {'),
    "basic auth in go": ("a.go", 'req.SetBasicAuth("admin", "@P")', "req.SetBasicAuth(user, pass)"),
    "gin accounts": ("a.go", 'gin.BasicAuth(gin.Accounts{"admin": "@P"})', 'gin.BasicAuth(gin.Accounts{user: pass})'),
    # what only the place or the form tells
    "yaml, section": (
        "application.yml",
        "jwt:\n  expires: 1h\n  secret: ourSigningPhrase\n",
        "storage:\n  bucket: a\n  secret: storageCredentials\n",
    ),
    "yaml, grandparent": (
        "application.yml",
        "security:\n  jwt:\n    signatures:\n      generator:\n        secret: pleaseChangeOurPhrase\n",
        "security:\n  jwt:\n    issuer: acme\n  mail:\n    secret: mailCredentials\n",
    ),
    "yaml, cookie": ("config.yaml", "cookie:\n  secret: our-phrase-for-cookies\n", "cookie:\n  secret: ${COOKIE_SECRET}\n"),
    "toml, table": ("config.toml", '[jwt]\nsecret = "our-phrase"\n', '[mail]\nsecret = "our-phrase"\n'),
    "properties, section": ("application.properties", "app.jwt.secret=ourSigningPhrase\n", "app.jwt.issuer=nameOfTheHouse\n"),
    "json, a sentence that asks": (
        "config.json",
        '{"secret": "THIS SIGNS THE TOKENS OF THIS SERVER, REPLACE IT WITH A PHRASE OF YOURS"}',
        '{"secret": "Replace it with a phrase of yours"}',
    ),
    "appsettings, security key": ("appsettings.json", '{"TokenOption": {"SecurityKey": "marigold"}}', '{"Tokens": {"SecurityKey": ""}}'),
    "appsettings, named key": (
        "appsettings.json",
        '{"TokenOptions": {"SecurityKey": "ourvery" "secretkey"}}'.replace('" "', ""),
        '{"TokenOptions": {"SecurityKey": "your-security-key"}}',
    ),
    "a row of the keyboard": ("app.properties", "datasource.password=qwer" "tyui@123", "datasource.password=xxxxxxxx"),
    "a row of digits": (".env", "DB_PASSWORD=1234" "5678", "DB_PASSWORD=********"),
    "a mail provider's password": ("mail.py", "EMAIL_HOST_PASSWORD = 'kxqv tpwd rmzj hbnf'", "EMAIL_HOST_PASSWORD = 'sixteen of them'"),
    "a mail provider's password, call": (
        "mail.py",
        'server.login("a@acme.io", "kxqv tpwd rmzj hbnf")',
        'server.login("a@acme.io", "what they told them")',
    ),
    "a token in two parts": ("a.py", 'KEY = "sk-" + "@V"', 'KEY = "sk-" + "your-key-comes-here"'),
    "a key in brackets": ("a.py", 'API_KEY = (\n    "@V"\n)', 'API_KEY = (\n    "the-key-of-the-api"\n)'),
    "a key of 256 bits": ("a.py", "key = b'@43='", "key = b'name of the entry in the table'"),
    "microprofile": (
        "A.java",
        '@ConfigProperty(name = "jwt.secret", defaultValue = "@W") String s;',
        '@ConfigProperty(name = "jwt.issuer", defaultValue = "acme") String s;',
    ),
    "passport": ("a.ts", "super({ secretOrKey: 'ourphrase' })", "super({ secretOrKey: process.env.KEY })"),
    "whoever signs": ("server.js", "adminJwtSecret: env('ADMIN_JWT_SECRET', 'our-phrase'),", "adminJwtSecret: env('ADMIN_JWT_SECRET'),"),
    "netrc over lines": (".netrc", "machine acme.io\n  login app\n  password @P", "machine acme.io\n  login app\n  password ${PW}"),
    "signing key in compose": (
        "docker-compose.yml",
        "services:\n  a:\n    environment:\n      - JWT_SECRET=ourphrase1",
        "services:\n  a:\n    environment:\n      - JWT_SECRET=${JWT_SECRET:?}",
    ),
    "laravel, rules of a form": ("a.php", "'password' => '@P',", "'password' => 'required|confirmed|min:6',"),
    "laravel, placeholders": ("config/queue.php", "'secret' => '@V',", "'key' => 'your-public-key',\n'secret' => 'your-secret-key',"),
    "a constant that calls itself a key": ("a.rs", 'const SECRET: &[u8] = b"secret_key";', "const SECRET: &str = SECRET_NAME;"),
    "names of entries": ("a.js", "var K_TOKEN = '@V'", "var K_TOKEN = 'xls2_reg_token', KEY = 'xls2_toolbar_layout2'"),
}  # fmt: skip


def filled(text: str) -> str:
    for mark, value in MARKS.items():
        text = text.replace(mark, value)
    return text


@pytest.mark.parametrize("case", PAIRS)
def test_found(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, text, _ = PAIRS[case]
    data = filled(text).encode()
    assert scanner.scan(path, data)[0]
    assert scanner.scan(path, data) == fallback.scan(path, data)


@pytest.mark.parametrize("case", PAIRS)
def test_left(case: str, scanner: Scanner, fallback: Scanner) -> None:
    path, _, text = PAIRS[case]
    data = filled(text).encode()
    assert scanner.scan(path, data) == ([], frozenset())
    assert fallback.scan(path, data) == ([], frozenset())
