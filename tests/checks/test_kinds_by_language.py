# ruff: noqa: E501 - a case is one line
"""Every kind of problem in every language in which people write it, and beside each the same thing done well."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from .conftest import Judge

SERVICES: Mapping[str, Mapping[str, str]] = {
    "javascript": {
        "package.json": json.dumps({"name": "shop", "private": True, "dependencies": {"express": "4.21.0", "axios": "1.7.0", "pg": "8.0.0"}}),
        "server.js": "const express = require('express')\nconst app = express()\napp.listen(process.env.PORT || 3000)\n",
    },
    "go": {
        "go.mod": "module shop\n\ngo 1.25\n\nrequire github.com/gorilla/mux v1.8.1\n",
        "main.go": 'package main\n\nimport (\n\t"net/http"\n\t"github.com/gorilla/mux"\n)\n\n'
        'func main() {\n\thttp.ListenAndServe(":8080", mux.NewRouter())\n}\n',
    },
    "java": {
        "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>"
        "<artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>\n",
        "src/main/java/Shop.java": "@SpringBootApplication\npublic class Shop {\n"
        "  public static void main(String[] a) { SpringApplication.run(Shop.class, a); }\n}\n",
    },
    "kotlin": {
        "build.gradle.kts": 'plugins { kotlin("jvm") }\ndependencies {\n  implementation("io.ktor:ktor-server-netty:3.0.0")\n}\n',
        "src/main/kotlin/Main.kt": "fun main() {\n    embeddedServer(Netty, port = 8080) { }.start(wait = true)\n}\n",
    },
    "ruby": {
        "Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n",
        "app.rb": "require 'sinatra'\nget '/' do\n  'hi'\nend\n",
    },
    "rust": {
        "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\naxum = "0.8"\nreqwest = "0.12"\n',
        "src/main.rs": "#[tokio::main]\nasync fn main() {\n    let app = axum::Router::new();\n"
        '    let l = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();\n    axum::serve(l, app).await.unwrap();\n}\n',
    },
    "php": {
        "composer.json": '{"name": "a/shop", "require": {"slim/slim": "^4.0"}}\n',
        "public/index.php": "<?php\n$app = \\Slim\\Factory\\AppFactory::create();\n$app->get('/', function ($q, $s) { return $s; });\n$app->run();\n",
    },
    "csharp": {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>\n',
        "Program.cs": "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.MapGet(\"/\", () => 1);\napp.Run();\n",
    },
}
"""One small service a language."""
PLACES = {
    "javascript": ("code.js", "{}\n"),
    "typescript": ("code.ts", "{}\n"),
    "go": ("code.go", "package main\n\nfunc code(w http.ResponseWriter, r *http.Request) {{\n{}\n}}\n"),
    "java": ("src/main/java/Code.java", "class Code {{\n  void code() {{\n{}\n  }}\n}}\n"),
    "kotlin": ("src/main/kotlin/Code.kt", "fun code() {{\n{}\n}}\n"),
    "ruby": ("code.rb", "{}\n"),
    "rust": ("src/code.rs", "async fn code() {{\n{}\n}}\n"),
    "php": ("src/code.php", "<?php\n{}\n"),
    "csharp": ("Code.cs", "class Code {{\n  void Run() {{\n{}\n  }}\n}}\n"),
}


def laid(language: str, code: str) -> dict[str, str]:
    """A service in a language with one more file, which holds `code` in a function."""
    path, around = PLACES[language]
    return {**SERVICES["javascript" if language == "typescript" else language], path: around.format(code)}


SQL = [
    ("javascript", 'db.query("SELECT * FROM users WHERE id = " + req.params.id)', "fail"),
    ("javascript", "const sql = `SELECT * FROM users WHERE name = '${req.body.name}'`\ndb.query(sql)", "fail"),
    ("typescript", "await prisma.$queryRawUnsafe(`DELETE FROM users WHERE id = ${id}`)", "fail"),
    ("javascript", "db.query('SELECT * FROM users WHERE id = $1', [req.params.id])", "pass"),
    ("javascript", "await prisma.$queryRaw`SELECT * FROM users WHERE id = ${id}`", "pass"),
    ("javascript", "const T = 'users'\ndb.query(`SELECT * FROM ${T} WHERE id = ?`, [id])", "pass"),
    ("javascript", "db.query(`SELECT * FROM users WHERE id IN (${ids.map(() => '?').join(',')})`, ids)", "pass"),
    ("javascript", "console.log(`select one from the list = ${name}`)", "pass"),
    ("javascript", "db.query(`SELECT * FROM users WHERE age > ${parseInt(req.query.age)}`)", "pass"),
    ("typescript", "function f(id: number) { return db.query(`SELECT * FROM users WHERE id = ${id}`) }", "pass"),
    ("javascript", "let sql = `select * from users where 1=1 `\nif (q) {\n  sql += `and name like '%${q}%' `\n}\ndb.query(sql)", "fail"),
    ("javascript", "let sql = 'select * from users where 1=1'\nsql += \" and name = '\" + q + \"'\"\ndb.query(sql)", "fail"),
    ("javascript", "q = escape(q)\nlet sql = `select * from users where 1=1 `\nsql += `and name = ${q} `\ndb.query(sql)", "pass"),
    ("javascript", "let html = `<p>`\nhtml += `<a class = '${q}'>`\nres.send(html)", "pass"),
    ("javascript", "db.query(`insert into users (name, at) values (${escape(q)}, ${Date.now()})`)", "pass"),
    ("go", "db.Exec(\"INSERT INTO \\\"\" + tables.Users + \"\\\" (name) VALUES ($1)\", name)", "pass"),
    ("go", "db.Query(\"SELECT * FROM \\\"\" + tables.Users + \"\\\" WHERE name = $1\", name)", "pass"),
    ("go", "sql := \"SELECT * FROM users WHERE 1=1\"\nsql += \" AND name = '\" + name + \"'\"\ndb.Query(sql)", "fail"),
    ("java", 'String sql = "SELECT * FROM users WHERE 1=1";\nsql += " AND name = \'" + name + "\'";\nst.executeQuery(sql);', "fail"),
    ("csharp", 'var sql = "SELECT * FROM Users WHERE 1=1";\nsql += $" AND Name = \'{name}\'";\nRun(sql);', "fail"),
    ("php", "$sql = \"SELECT * FROM users WHERE 1=1\";\n$sql .= \" AND name = '$name'\";\n$c->query($sql);", "fail"),
    ("kotlin", 'var sql = "SELECT * FROM users WHERE 1=1"\nsql += " AND name = \'$name\'"\nst.executeQuery(sql)', "fail"),
    ("ruby", 'sql = "SELECT * FROM users WHERE 1=1"\nsql += " AND name = \'#{params[:name]}\'"\ndb.execute(sql)', "fail"),
    ("go", "db.Query(\"SELECT * FROM users WHERE name = '\" + name + \"'\")", "fail"),
    ("go", "q := fmt.Sprintf(\"DELETE FROM users WHERE name = '%s'\", r.FormValue(\"name\"))\ndb.Exec(q)", "fail"),
    ("go", "db.Query(\"SELECT * FROM users WHERE name = $1\", name)", "pass"),
    ("go", "q := fmt.Sprintf(\"SELECT * FROM users WHERE id = %d\", id)\ndb.Exec(q)", "pass"),
    ("go", "log.Printf(\"update users set name = %s\", name)", "pass"),
    ("java", 'st.executeQuery("SELECT * FROM users WHERE name = \'" + name + "\'");', "fail"),
    ("java", 'String sql = String.format("SELECT * FROM users WHERE name = \'%s\'", name);\nst.execute(sql);', "fail"),
    ("java", 'String sql = "SELECT * FROM users " +\n  "WHERE name = ?";\nconn.prepareStatement(sql);', "pass"),
    ("java", 'throw new RuntimeException("update users set failed = " + e);', "pass"),
    ("kotlin", 'st.executeQuery("SELECT * FROM users WHERE name = \'$name\'")', "fail"),
    ("kotlin", 'st.executeQuery("SELECT * FROM users WHERE name = ?")', "pass"),
    ("ruby", 'db.execute("SELECT * FROM users WHERE name = \'#{params[:name]}\'")', "fail"),
    ("ruby", 'User.where("name = \'#{params[:name]}\'")', "fail"),
    ("ruby", 'User.where("name = ?", params[:name])', "pass"),
    ("ruby", 'db.execute("SELECT * FROM users WHERE id = #{params[:id].to_i}")', "pass"),
    ("rust", 'sqlx::query(&format!("SELECT * FROM users WHERE name = \'{}\'", name)).fetch_all(&db).await;', "fail"),
    ("rust", 'let q = format!("DELETE FROM users WHERE name = \'{name}\'");\nconn.execute(&q, &[]).await;', "fail"),
    ("rust", 'sqlx::query("SELECT * FROM users WHERE name = $1").bind(name);', "pass"),
    ("php", "$r = mysqli_query($c, \"SELECT * FROM users WHERE name = '$name'\");", "fail"),
    ("php", "$sql = \"SELECT * FROM users WHERE id = \" . $_GET['id'];\n$c->query($sql);", "fail"),
    ("php", "DB::table('users')->whereRaw(\"name = '$name'\")->get();", "fail"),
    ("php", "$s = $pdo->prepare('SELECT * FROM users WHERE id = ?');\n$s->execute([$id]);", "pass"),
    ("php", "$r = mysqli_query($c, 'SELECT * FROM users WHERE id = ' . intval($_GET['id']));", "pass"),
    ("csharp", 'var c = new SqlCommand("SELECT * FROM Users WHERE Name = \'" + name + "\'", conn);', "fail"),
    ("csharp", 'db.Database.ExecuteSqlRaw($"DELETE FROM Users WHERE Name = \'{name}\'");', "fail"),
    ("csharp", 'db.Users.FromSqlInterpolated($"SELECT * FROM Users WHERE Name = {name}");', "pass"),
    ("csharp", 'var c = new SqlCommand("SELECT * FROM Users WHERE Name = @name", conn);', "pass"),
]


@pytest.mark.parametrize(("language", "code", "kind"), SQL)
def test_values_in_sql(judge: Judge, language: str, code: str, kind: str) -> None:
    found = judge("sql-is-parameterised", laid(language, code)).kind
    assert (found == "fail") is (kind == "fail")


LOGGED = [
    ("javascript", "console.log('login', req.body.password)", "fail"),
    ("javascript", "logger.info(`token ${accessToken}`)", "fail"),
    ("javascript", "console.log(process.env.API_KEY)", "fail"),
    ("javascript", "console.log(password.length, !!token)", "pass"),
    ("javascript", "console.log('reset token sent to', user.id)", "pass"),
    ("typescript", "this.logger.debug({ user, refreshToken })", "fail"),
    ("go", 'fmt.Println("login", req.Password)', "fail"),
    ("go", 'log.Printf("key %s", apiKey)', "fail"),
    ("go", 'log.Printf("hash %s", len(password))', "pass"),
    ("java", 'System.out.println("login " + dto.getPassword());', "fail"),
    ("java", 'System.out.println("login " + dto.password());', "fail"),
    ("java", 'log.info("token {}", accessToken);', "fail"),
    ("java", 'log.info("hash {}", hashedPassword);', "pass"),
    ("java", 'log.info("password is wrong for {}", user.getId());', "pass"),
    ("kotlin", 'println("login $password")', "fail"),
    ("kotlin", 'logger.info("login ${user.id}")', "pass"),
    ("ruby", 'puts "login #{params[:password]}"', "fail"),
    ("ruby", "logger.info params[:id]", "pass"),
    ("rust", 'println!("token {}, key {}", user, secret_key);', "fail"),
    ("rust", 'tracing::info!("login {password}");', "fail"),
    ("rust", 'tracing::info!("password is wrong for {}", user.id);', "pass"),
    ("php", "error_log('login ' . $_POST['password']);", "fail"),
    ("php", "Log::info(\"login $password\");", "fail"),
    ("php", "Log::info('login', ['id' => $user->id]);", "pass"),
    ("csharp", 'Console.WriteLine($"login {request.Password}");', "fail"),
    ("csharp", '_logger.LogInformation("login {Password}", request.Password);', "fail"),
    ("csharp", '_logger.LogInformation("login {Id}", request.Id);', "pass"),
]


@pytest.mark.parametrize(("language", "code", "kind"), LOGGED)
def test_credentials_in_a_log(judge: Judge, language: str, code: str, kind: str) -> None:
    found = judge("logs-hold-no-secrets", laid(language, code)).kind
    assert (found == "fail") is (kind == "fail")


EXECUTED = [
    ("javascript", "app.get('/', (req, res) => res.send(String(eval(req.query.f))))", "fail"),
    ("javascript", "const { exec } = require('child_process')\napp.post('/', (req, res) => { const { host } = req.body\nexec(`ping ${host}`) })", "fail"),
    ("javascript", "app.get('/', (req, res) => { const f = new Function('x', req.body.code) })", "fail"),
    ("javascript", "const { exec } = require('child_process')\nexec(`git log ${branch}`)", "pass"),
    ("javascript", "app.get('/', (req, res) => { const m = /a/.exec(req.query.x) })", "pass"),
    ("go", 'out, _ := exec.Command("sh", "-c", "ping "+r.URL.Query().Get("host")).Output()', "fail"),
    ("go", 'out, _ := exec.Command("ping", r.URL.Query().Get("host")).Output()', "pass"),
    ("java", 'Runtime.getRuntime().exec("ping " + request.getParameter("host"));', "fail"),
    ("java", 'Runtime.getRuntime().exec("ping localhost");', "pass"),
    ("ruby", "eval(params[:code])", "fail"),
    ("ruby", 'system("ping #{params[:host]}")', "fail"),
    ("ruby", 'system("ping", params[:host])', "pass"),
    ("php", "eval($_GET['code']);", "fail"),
    ("php", "$host = $_POST['host'];\n$o = shell_exec(\"ping \" . $host);", "fail"),
    ("php", "$o = unserialize($_COOKIE['cart']);", "fail"),
    ("php", "$o = shell_exec('ping ' . escapeshellarg($_POST['host']));", "pass"),
    ("php", "$o = shell_exec('uptime');", "pass"),
    ("csharp", 'Process.Start("cmd", "/c ping " + Request.Query["host"]);', "fail"),
    ("csharp", 'Process.Start("uptime");', "pass"),
]


@pytest.mark.parametrize(("language", "code", "kind"), EXECUTED)
def test_input_that_is_run(judge: Judge, language: str, code: str, kind: str) -> None:
    found = judge("untrusted-code-is-not-run", laid(language, code)).kind
    assert (found == "fail") is (kind == "fail")


ORIGINS = [
    ("javascript", "res.set('Access-Control-Allow-Origin', '*')", "fail"),
    ("javascript", "const corsOptions = { origin: '*', methods: ['GET'] }\napp.use(cors(corsOptions))", "fail"),
    ("javascript", "const corsOptions = { origin: process.env.ORIGIN }\napp.use(cors(corsOptions))", "pass"),
    ("javascript", "const io = new Server(server, { cors: { origin: '*' } })", "fail"),
    ("javascript", "return new Response(body, { headers: { 'Access-Control-Allow-Origin': '*' } })", "fail"),
    ("javascript", "axios.get(url, { headers: { 'Access-Control-Allow-Origin': '*' } })", "pass"),
    ("typescript", "app.enableCors()", "fail"),
    ("typescript", "app.enableCors({ origin: ['https://a.example'] })", "pass"),
    ("typescript", "const app = await NestFactory.create(AppModule, { cors: true })", "fail"),
    ("go", 'h := handlers.CORS(handlers.AllowedOrigins([]string{"*"}))(router)', "fail"),
    ("go", 'h := handlers.CORS(handlers.AllowedOrigins([]string{"https://a.example"}))(router)', "pass"),
    ("go", "e.Use(middleware.CORS())", "fail"),
    ("go", "app.Use(cors.New())", "fail"),
    ("go", "config.AllowAllOrigins = true", "fail"),
    ("go", "router.Use(cors.New(cors.Config{AllowAllOrigins: true}))", "fail"),
    ("java", 'response.header("Access-Control-Allow-Origin", "*");', "fail"),
    ("java", 'res.setHeader("Access-Control-Allow-Origin", "*");', "fail"),
    ("java", "config.plugins.enableCors(cors -> cors.add(it -> { it.anyHost(); }));", "fail"),
    ("java", 'registry.addMapping("/**").allowedMethods("GET");', "fail"),
    ("java", 'registry.addMapping("/**").allowedOrigins("https://a.example");', "pass"),
    ("kotlin", "install(CORS) { anyHost() }", "fail"),
    ("kotlin", 'install(CORS) { allowHost("a.example") }', "pass"),
    ("ruby", "headers 'Access-Control-Allow-Origin' => '*'", "fail"),
    ("ruby", "response['Access-Control-Allow-Origin'] = '*'", "fail"),
    ("rust", "let c = CorsLayer::new().allow_origin(Any);", "fail"),
    ("rust", "let c = CorsLayer::very_permissive();", "fail"),
    ("rust", "let c = CorsOptions { allowed_origins: AllowedOrigins::all(), ..Default::default() };", "fail"),
    ("rust", 'response.set_header(Header::new("Access-Control-Allow-Origin", "*"));', "fail"),
    ("rust", "let c = CorsLayer::new().allow_origin(origins);", "pass"),
    ("php", "return $response->withHeader('Access-Control-Allow-Origin', '*');", "fail"),
    ("php", "return $response->withHeader('Access-Control-Allow-Origin', $origin);", "pass"),
    ("csharp", "options.AddPolicy(\"a\", p => p.SetIsOriginAllowed(o => true));", "fail"),
    ("csharp", "options.AddPolicy(\"a\", p => p.WithOrigins(\"*\"));", "fail"),
    ("csharp", "context.Response.Headers.Add(\"Access-Control-Allow-Origin\", \"*\");", "fail"),
    ("csharp", "options.AddPolicy(\"a\", p => p.WithOrigins(\"https://a.example\"));", "pass"),
]


@pytest.mark.parametrize(("language", "code", "kind"), ORIGINS)
def test_any_origin(judge: Judge, language: str, code: str, kind: str) -> None:
    assert judge("cors-is-not-wildcard", laid(language, code)).kind == kind


CALLS = [
    ("javascript", "const axios = require('axios')\nasync function f() { await axios.get('https://a.example') }", "fail"),
    ("javascript", "const axios = require('axios')\nasync function f() { await axios({ url: 'https://a.example' }) }", "fail"),
    ("javascript", "const rp = require('request-promise')\nasync function f() { await rp('https://a.example') }", "fail"),
    ("go", 'resp, err := http.Get("https://a.example")', "fail"),
    ("go", 'req, _ := http.NewRequest("GET", "https://a.example", nil)\nresp, err := s.httpClient.Do(req)', "fail"),
    ("go", 'import "net/http"\nresp, err := (&http.Client{}).Do(req)', "fail"),
    ("go", "client := &http.Client{Timeout: time.Second}\nresp, err := client.Do(req)", "pass"),
    ("go", "v := redisClient.Get(ctx, key)", "not_applicable"),
    ("java", 'URLConnection c = new URL("https://a.example").openConnection();', "fail"),
    ("java", 'String s = webClient.get().uri("https://a.example").retrieve().bodyToMono(String.class).block();\nWebClient webClient;', "fail"),
    ("java", 'String s = restTemplate.getForObject("https://a.example", String.class);\nRestTemplate restTemplate;', "fail"),
    ("java", 'CloseableHttpResponse r = httpClient.execute(new HttpGet("https://a.example"));', "fail"),
    ("kotlin", 'val s = URL("https://a.example").readText()', "fail"),
    ("kotlin", 'val s = restTemplate.getForObject<String>("https://a.example")\nval restTemplate = RestTemplate()', "fail"),
    ("ruby", 'Net::HTTP.get(URI("https://a.example"))', "pass"),
    ("ruby", 'Typhoeus.get("https://a.example")', "fail"),
    ("rust", 'let r = reqwest::get("https://a.example").await;', "fail"),
    ("rust", "let http = reqwest::Client::new();\nlet r = self.http.post(&url).json(&x).send().await;", "fail"),
    ("rust", 'let r = reqwest::Client::new().get("https://a.example").send().await;', "fail"),
    ("rust", 'let r = ureq::get("https://a.example").call();', "fail"),
    ("rust", "let c = reqwest::Client::builder().timeout(t).build();\nlet r = client.get(url).send().await;", "pass"),
    ("php", "$r = curl_exec($ch);", "fail"),
    ("php", "$client = new \\GuzzleHttp\\Client();\n$r = $client->request('GET', 'https://a.example');", "fail"),
    ("php", "$r = file_get_contents('https://a.example');", "pass"),
    ("csharp", 'var r = await _httpClient.GetAsync("https://a.example");\nHttpClient _httpClient;', "pass"),
]


@pytest.mark.parametrize(("language", "code", "kind"), CALLS)
def test_calls_that_may_wait_for_ever(judge: Judge, language: str, code: str, kind: str) -> None:
    assert judge("outbound-calls-have-timeouts", laid(language, code)).kind.name.lower() == kind


CERTIFICATES = [
    ("javascript", "const a = new https.Agent({ rejectUnauthorized: false })", "fail"),
    ("javascript", "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0", "fail"),
    ("go", "t := &tls.Config{InsecureSkipVerify: true}", "fail"),
    ("go", "cfg.InsecureSkipVerify = true", "fail"),
    ("java", "builder.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);", "fail"),
    ("java", "HttpsURLConnection.setDefaultHostnameVerifier((h, s) -> true);", "fail"),
    ("java", "TrustManager[] t = { new X509TrustManager() { public void checkServerTrusted(X509Certificate[] c, String a) { } } };", "fail"),
    ("kotlin", "client.hostnameVerifier { _, _ -> true }", "fail"),
    ("ruby", "http.verify_mode = OpenSSL::SSL::VERIFY_NONE", "fail"),
    ("ruby", "HTTParty.get(url, verify: false)", "fail"),
    ("rust", "let c = reqwest::Client::builder().danger_accept_invalid_certs(true).build();", "fail"),
    ("php", "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);", "fail"),
    ("php", "curl_setopt($ch, CURLOPT_SSL_VERIFYHOST, 0);", "fail"),
    ("php", "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, true);", "pass"),
    ("csharp", "handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => true;", "fail"),
]


@pytest.mark.parametrize(("language", "code", "kind"), CERTIFICATES)
def test_certificates(judge: Judge, language: str, code: str, kind: str) -> None:
    found = judge("tls-is-verified", laid(language, code)).kind
    assert (found == "fail") is (kind == "fail")


SWITCHES = [
    ("go", "gin.SetMode(gin.DebugMode)", "fail"),
    ("go", "gin.SetMode(gin.ReleaseMode)", "pass"),
    ("go", "e := echo.New()\ne.Debug = true", "fail"),
    ("javascript", "const errorhandler = require('errorhandler')\napp.use(errorhandler())", "fail"),
    ("javascript", "const errorhandler = require('errorhandler')\nif (process.env.NODE_ENV === 'development') { app.use(errorhandler()) }", "pass"),
    ("ruby", "set :show_exceptions, true", "fail"),
    ("ruby", "set :environment, :development", "fail"),
    ("ruby", "set :environment, :production", "pass"),
    ("php", "$app->addErrorMiddleware(true, true, true);", "fail"),
    ("php", "$app->addErrorMiddleware(false, true, true);", "pass"),
    ("php", "return ['settings' => ['displayErrorDetails' => true]];", "fail"),
    ("php", "define('YII_DEBUG', true);", "fail"),
    ("kotlin", "embeddedServer(Netty, port = 8080, developmentMode = true)", "fail"),
]


@pytest.mark.parametrize(("language", "code", "kind"), SWITCHES)
def test_debug_switches(judge: Judge, language: str, code: str, kind: str) -> None:
    assert judge("debug-is-off", laid(language, code)).kind == kind


IMAGES = [
    ("javascript", 'FROM node:24-slim\nENV NODE_ENV=development\nCMD ["node", "server.js"]\n', "debug-is-off", "fail"),
    ("php", 'FROM php:8.4-apache\nENV APP_DEBUG=true\n', "debug-is-off", "fail"),
    ("csharp", 'FROM mcr.microsoft.com/dotnet/aspnet:10.0\nENV ASPNETCORE_ENVIRONMENT=Development\nENTRYPOINT ["dotnet", "Shop.dll"]\n', "debug-is-off", "fail"),
    ("javascript", 'FROM node:24-slim\nCMD ["node", "--inspect=0.0.0.0:9229", "server.js"]\n', "debug-is-off", "fail"),
    ("java", 'FROM eclipse-temurin:21-jre\nENTRYPOINT ["java", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005", "-jar", "a.jar"]\n', "debug-is-off", "fail"),
    ("go", 'FROM golang:1.25\nCMD ["dlv", "debug", "--headless", "--listen=:2345"]\n', "debug-is-off", "fail"),
    ("javascript", 'FROM node:24-slim\nCMD ["npm", "run", "dev"]\n', "dev-server-is-not-production", "fail"),
    ("javascript", 'FROM node:24-slim\nCMD ["npx", "nodemon", "server.js"]\n', "dev-server-is-not-production", "fail"),
    ("javascript", 'FROM node:24-slim\nCMD ["node", "server.js"]\n', "dev-server-is-not-production", "pass"),
    ("go", 'FROM golang:1.25\nCMD ["air"]\n', "dev-server-is-not-production", "fail"),
    ("php", 'FROM php:8.4-cli\nCMD ["php", "-S", "0.0.0.0:8000", "-t", "public"]\n', "dev-server-is-not-production", "fail"),
    ("php", 'FROM php:8.4-cli\nCMD php artisan serve --host=0.0.0.0\n', "dev-server-is-not-production", "fail"),
    ("java", 'FROM maven:3.9\nCMD ["mvn", "spring-boot:run"]\n', "dev-server-is-not-production", "fail"),
    ("rust", 'FROM rust:1.90\nCMD ["cargo", "watch", "-x", "run"]\n', "dev-server-is-not-production", "fail"),
    ("csharp", 'FROM mcr.microsoft.com/dotnet/sdk:10.0\nCMD ["dotnet", "watch", "run"]\n', "dev-server-is-not-production", "fail"),
    ("ruby", 'FROM ruby:3.4\nCMD ["bundle", "exec", "rerun", "ruby app.rb"]\n', "dev-server-is-not-production", "fail"),
    ("go", 'FROM debian:12-slim\nEXPOSE 9000\nCMD ["/shop"]\n', "ports-agree", "fail"),
    ("go", 'FROM debian:12-slim\nEXPOSE 8080\nCMD ["/shop"]\n', "ports-agree", "pass"),
    ("javascript", 'FROM node:24-slim\nEXPOSE 8080\nCMD ["node", "server.js"]\n', "ports-agree", "fail"),
    ("javascript", 'FROM node:24-slim\nENV PORT=8080\nEXPOSE 8080\nCMD ["node", "server.js"]\n', "ports-agree", "pass"),
    ("rust", 'FROM debian:12-slim\nEXPOSE 3000\nCMD ["/shop"]\n', "ports-agree", "fail"),
    ("java", 'FROM eclipse-temurin:21-jre\nEXPOSE 8080\nENTRYPOINT ["java", "-jar", "a.jar"]\n', "ports-agree", "pass"),
    ("java", 'FROM eclipse-temurin:21-jre\nEXPOSE 9090\nENTRYPOINT ["java", "-Dserver.port=9090", "-jar", "a.jar"]\n', "ports-agree", "pass"),
]


@pytest.mark.parametrize(("language", "image", "check", "kind"), IMAGES)
def test_what_an_image_says(judge: Judge, language: str, image: str, check: str, kind: str) -> None:
    found = judge(check, {**SERVICES[language], "Dockerfile": image}).kind
    assert (found == "fail") is (kind == "fail")
