"""Clients of other servers that are known by their type, not by what a variable is called: limits, and whether others are called at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from prodify.inventory import Inventory
from prodify.snapshot import inventory_snapshot

Repo = Callable[[Mapping[str, str]], Inventory]
SPRING = "import org.springframework.web"
ENDLESS = {
    "java/WebClient.java": f"""
        {SPRING}.reactive.function.client.WebClient;
        class Prices {{
          String load() {{
            WebClient shop = WebClient.create();
            return shop
                .get()
                .uri("https://prices.example.org").retrieve().bodyToMono(String.class).block();
          }}
        }}
        """,
    "java/Field.java": f"""
        {SPRING}.client.RestTemplate;
        class Prices {{
          private final RestTemplate shop = new RestTemplate();
          String load() {{ return this.shop.getForObject("https://prices.example.org", String.class); }}
        }}
        """,
    "java/Direct.java": f"""
        {SPRING}.client.RestTemplate;
        class Prices {{ String load() {{ return new RestTemplate().getForObject("https://prices.example.org", String.class); }} }}
        """,
    "java/Builder.java": f"""
        {SPRING}.client.RestClient;
        class Prices {{
          private final RestClient shop;
          Prices(RestClient.Builder given) {{ this.shop = given.baseUrl("https://prices.example.org").build(); }}
          String load() {{ return shop.post().uri("/x").retrieve().body(String.class); }}
        }}
        """,
    "java/Platform.java": """
        import java.net.http.HttpClient;
        class Prices { String load(java.net.http.HttpRequest asked) throws Exception {
          return HttpClient.newHttpClient().send(asked, java.net.http.HttpResponse.BodyHandlers.ofString()).body(); } }
        """,
    "java/Apache.java": """
        import org.apache.hc.client5.http.impl.classic.HttpClients;
        import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
        class Prices { void load(Object asked) throws Exception {
          CloseableHttpClient shop = HttpClients.createDefault();
          shop.execute(asked); } }
        """,
    "java/Jaxrs.java": """
        import jakarta.ws.rs.client.*;
        class Prices { Client shop = ClientBuilder.newClient();
          String load() { return shop.target("https://prices.example.org").request().get(String.class); } }
        """,
    "kotlin/Given.kt": f"""
        {SPRING}.reactive.function.client.WebClient
        class Prices(private val shop: WebClient) {{
            fun load() = shop.get().uri("https://prices.example.org").retrieve().bodyToMono(String::class.java).block()
        }}
        """,
    "kotlin/Ktor.kt": """
        import io.ktor.client.*
        import io.ktor.client.engine.java.*
        import io.ktor.client.request.*
        class Prices { private val shop by lazy { HttpClient(Java) }
            suspend fun load() = shop.get("https://prices.example.org") }
        """,
    "go/field.go": """
        package prices
        import "net/http"
        type Shop struct { way *http.Client }
        func New() *Shop { return &Shop{way: &http.Client{}} }
        func (s *Shop) Load(asked *http.Request) { s.way.Do(asked) }
        """,
    "go/new.go": """
        package prices
        import "net/http"
        func Load(asked *http.Request) { way := new(http.Client); way.Do(asked) }
        """,
    "go/fast.go": """
        package prices
        import "github.com/valyala/fasthttp"
        func Load(asked *fasthttp.Request, got *fasthttp.Response) { fasthttp.Do(asked, got) }
        """,
    "rust/short.rs": """
        use reqwest::Client;
        async fn load() { let shop = Client::new(); shop.get("https://prices.example.org").send().await; }
        """,
    "rust/field.rs": """
        use reqwest::Client;
        struct Prices { shop: Client }
        impl Prices { async fn load(&self) { self.shop.post("https://prices.example.org").send().await; } }
        """,
    "php/Own.php": """
        <?php
        use GuzzleHttp\\Client;
        class Prices {
            private $shop;
            function make() { $this->shop = new Client(['base_uri' => 'https://prices.example.org']); }
            function load() { return $this->shop->request('GET', '/x'); }
        }
        """,
    "php/Direct.php": """
        <?php
        function load() { return (new \\GuzzleHttp\\Client())->request('GET', 'https://prices.example.org'); }
        """,
    "ruby/curb.rb": """
        require "curb"
        def load; Curl.get("https://prices.example.org"); end
        """,
}
FINITE = {
    "java/Timed.java": f"""
        {SPRING}.client.RestTemplate;
        import org.springframework.boot.web.client.RestTemplateBuilder;
        class Prices {{
          private final RestTemplate shop;
          Prices(RestTemplateBuilder given) {{ shop = given.setReadTimeout(java.time.Duration.ofSeconds(3)).build(); }}
          String load() {{ return shop.getForObject("https://prices.example.org", String.class); }}
        }}
        """,
    "java/Feign.java": """
        import org.springframework.cloud.openfeign.FeignClient;
        @FeignClient(name = "prices", url = "https://prices.example.org")
        interface Prices { @GetMapping("/x") String load(); }
        """,
    "kotlin/Feign.kt": """
        import org.springframework.cloud.openfeign.FeignClient
        @FeignClient(name = "prices", url = "https://prices.example.org")
        interface Prices { @GetMapping("/x") fun load(): String }
        """,
    "java/Pages.java": """
        class Pages { String load() throws Exception { return Jsoup.connect("https://prices.example.org").get().title(); } }
        """,
    "kotlin/Cio.kt": """
        import io.ktor.client.*
        import io.ktor.client.engine.cio.*
        import io.ktor.client.request.*
        class Prices { private val shop = HttpClient(CIO)
            suspend fun load() = shop.get("https://prices.example.org") }
        """,
    "kotlin/Installed.kt": """
        import io.ktor.client.*
        import io.ktor.client.engine.java.*
        import io.ktor.client.plugins.*
        class Prices { private val shop = HttpClient(Java) { install(HttpTimeout) { requestTimeoutMillis = 5000 } }
            suspend fun load() = shop.get("https://prices.example.org") }
        """,
    "go/timed.go": """
        package prices
        import ("net/http"; "time")
        type Shop struct { way *http.Client }
        func New() *Shop { return &Shop{way: &http.Client{Timeout: 5 * time.Second}} }
        func (s *Shop) Load(asked *http.Request) { s.way.Do(asked) }
        """,
    "php/Timed.php": """
        <?php
        use GuzzleHttp\\Client;
        function load() { $shop = new Client(['timeout' => 5]); return $shop->get('https://prices.example.org'); }
        """,
    "php/Address.php": "<?php\nfunction load($url) { return file_get_contents($url); }\n",
    "ruby/opened.rb": 'require "open-uri"\ndef load(url); open(url).read; end\n',
    "rust/blocking.rs": 'fn load() { reqwest::blocking::get("https://prices.example.org").unwrap(); }\n',
    "csharp/Old.cs": """
        class Prices { string Load() { var shop = new WebClient(); return shop.DownloadString("https://prices.example.org"); } }
        """,
}
UNLIKE = {
    "java/Cache.java": "class Cache { java.util.Map<String, String> shop; String load() { return shop.get(\"x\"); } }\n",
    "go/cache.go": """
        package prices
        import "net/http"
        type Shop struct { kept Cache; way http.Handler }
        func (s *Shop) Load() { s.kept.Get("x") }
        """,
    "php/Cache.php": "<?php\nuse GuzzleHttp\\Exception\\GuzzleException;\nfunction load($kept) { return $kept->get('x'); }\n",
    "ruby/file.rb": 'require "open-uri"\ndef load(path); open(path).read; end\n',
    "rust/map.rs": "use std::collections::HashMap;\nfn load(shop: HashMap<String, String>) { shop.get(\"x\"); }\n",
}


def _suffix(name: str) -> str:
    return "src/main/" + name if name.startswith(("java", "kotlin")) else name.partition("/")[2]


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_a_client_without_a_limit(repo: Repo, name: str) -> None:
    (call,) = repo({_suffix(name): ENDLESS[name]}).outbound_calls
    assert call.timeout is False


@pytest.mark.parametrize("name", sorted(FINITE))
def test_a_client_that_gives_up(repo: Repo, name: str) -> None:
    calls = repo({_suffix(name): FINITE[name]}).outbound_calls
    assert calls
    assert all(call.timeout for call in calls)


@pytest.mark.parametrize("name", sorted(UNLIKE))
def test_what_only_has_methods_of_the_same_name_calls_nobody(repo: Repo, name: str) -> None:
    assert repo({_suffix(name): UNLIKE[name]}).outbound_calls == ()


def test_a_client_that_is_given_has_the_limits_of_where_it_is_made(repo: Repo) -> None:
    made = f"""
        {SPRING}.reactive.function.client.WebClient;
        class Beans {{ WebClient shop(WebClient.Builder given) {{
          return given.clientConnector(new Connector(HttpClient.create().responseTimeout(Duration.ofSeconds(3)))).build(); }} }}
        """
    used = f"""
        {SPRING}.reactive.function.client.WebClient;
        class Prices {{ private final WebClient shop; Prices(WebClient shop) {{ this.shop = shop; }}
          Object load() {{ return shop.get().uri("/x").retrieve(); }} }}
        """
    calls = repo({"src/main/java/Beans.java": made, "src/main/java/Prices.java": used}).outbound_calls
    assert [call.timeout for call in calls] == [True]


def test_limits_in_springs_settings_count_for_clients_that_its_builders_make(repo: Repo) -> None:
    files = {"src/main/java/Builder.java": ENDLESS["java/Builder.java"],
             "src/main/resources/application.properties": "spring.http.client.read-timeout=3s\n"}  # fmt: skip
    assert [call.timeout for call in repo(files).outbound_calls] == [True]


def test_an_axios_client_that_names_its_server_calls_it_by_paths(repo: Repo) -> None:
    package = json.dumps({"scripts": {"start": "node server.js"}, "dependencies": {"express": "4", "axios": "1", "ky": "1"}})
    files = {
        "package.json": package, "server.js": "require('express')().listen(3000)\n",
        "prices.js": "const axios = require('axios')\nconst shop = axios.create({ baseURL: 'https://prices.example.org' })\n"
        "exports.load = () => shop.get('/x')\n",
        "own.js": "const axios = require('axios')\nexports.load = () => axios.get('/x')\n",
        "timed.mjs": "import ky from 'ky'\nexport const load = () => ky.get('https://prices.example.org')\n",
    }  # fmt: skip
    assert [(c.location.path, c.timeout) for c in repo(files).outbound_calls] == [("prices.js", False), ("timed.mjs", True)]


@pytest.mark.parametrize(
    ("files", "providers"),
    [
        ({"Chat.java": "import org.springframework.ai.openai.OpenAiChatModel;\nclass Chat {}\n"}, ["openai"]),
        ({"Chat.kt": "import dev.langchain4j.model.ollama.OllamaChatModel\nclass Chat\n"}, ["ollama"]),
        ({"chat.rb": "def chat; OpenAI::Client.new.chat(parameters: {}); end\n"}, ["openai"]),
        ({"chat.rb": "# OpenAI::Client is what we do not use\n"}, []),
        ({"Chat.php": "<?php\nuse OpenAI\\Laravel\\Facades\\OpenAI;\n"}, ["openai"]),
        ({"chat.go": 'package chat\n\nimport "google.golang.org/genai"\n'}, ["google"]),
        ({"Chat.cs": "using OllamaSharp;\nclass Chat { }\n"}, ["ollama"]),
        ({"Chat.svelte": "<script>\n  const ask = () => fetch('https://api.openai.com/v1/chat/completions');\n</script>\n"}, ["openai"]),
    ],
)  # fmt: skip
def test_sdks_of_models(repo: Repo, files: dict[str, str], providers: list[str]) -> None:
    assert [t.name for t in repo(files).llm_providers] == providers


def test_a_starter_brings_the_provider_for_code_that_names_none(repo: Repo) -> None:
    def pom(*starters: str) -> str:
        rows = "".join(f"<dependency><groupId>org.springframework.ai</groupId><artifactId>{s}</artifactId></dependency>" for s in starters)
        return f"<project><groupId>x</groupId><artifactId>shop</artifactId><dependencies>{rows}</dependencies></project>"

    code = {"src/main/java/Chat.java": "import org.springframework.ai.chat.client.ChatClient;\nclass Chat {}\n"}
    one = repo({"pom.xml": pom("spring-ai-starter-model-openai"), **code})
    assert [t.name for t in one.llm_providers] == ["openai"]


@pytest.mark.parametrize(
    ("path", "text", "store"),
    [
        ("src/main/resources/hibernate.cfg.xml", '<property name="x">jdbc:postgresql://db/shop</property>\n', "postgres"),
        ("src/main/resources/application.properties", "spring.data.redis.host=cache\n", "redis"),
        ("src/main/resources/application-prod.yml", "spring:\n  data:\n    redis:\n      host: cache\n      port: 6379\n", "redis"),
        ("src/main/java/Kept.java", "import org.springframework.ai.vectorstore.RedisVectorStore;\nclass Kept {}\n", "redis"),
        ("Gemfile", 'source "https://rubygems.org"\ngem "sidekiq"\n', "redis"),
        ("src/main/kotlin/Kept.kt", "import aws.sdk.kotlin.services.dynamodb.DynamoDbClient\nclass Kept\n", "dynamodb"),
        ("db.php", "<?php\n$dsn = \"mysql:host=$host;dbname=$name\";\n$pdo = new PDO($dsn, $user, $pass);\n", "mysql"),
        ("Data.cs", 'class D { void A() { o.UseNpgsql("Host=db;Database=shop;Username=shop"); } }\n', "postgres"),
    ],
)
def test_datastores(repo: Repo, path: str, text: str, store: str) -> None:
    assert [t.name for t in repo({path: text}).datastores] == [store]


def test_laravels_list_of_connections_is_no_list_of_databases_in_use(repo: Repo) -> None:
    text = "<?php\nreturn ['default' => env('DB_CONNECTION', 'mysql'), 'connections' => [\n  'mysql' => ['driver' => 'mysql'],\n" \
           "  'pgsql' => ['driver' => 'pgsql'],\n  'sqlsrv' => ['driver' => 'sqlsrv'],\n]];\n"  # fmt: skip
    assert [t.name for t in repo({"config/database.php": text}).datastores] == ["mysql"]
    chosen = repo({"config/database.php": text, ".env.example": "APP_NAME=shop\nDB_CONNECTION=pgsql\n"})
    assert [t.name for t in chosen.datastores] == ["postgres"]


def test_a_handler_of_health_by_its_name(repo: Repo) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nactix-web = "4"\n',
        "src/main.rs": '#[get("/")]\nasync fn health_checker() -> impl Responder { HttpResponse::Ok() }\n\n'
        "#[actix_web::main]\nasync fn main() {\n"
        '    HttpServer::new(|| App::new().service(health_checker)).bind(("0.0.0.0", 8080)).unwrap().run().await;\n}\n',
    }
    assert repo(files).has["healthcheck"] is True


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("bootstrap/app.php", "<?php\nreturn Application::configure()->withRouting(web: $routes, health: '/up')->create();\n"),
        ("main.go", "package main\nfunc main() { app.Use(healthcheck.New()) }\n"),
        ("Program.cs", 'app.MapHealthChecks("/healthz");\n'),
    ],
)
def test_endpoints_of_health_that_a_framework_serves(repo: Repo, path: str, text: str) -> None:
    assert repo({path: text}).has["healthcheck"] is True


def test_an_address_under_a_name_is_the_port_of_a_go_service(repo: Repo) -> None:
    module = "module example.org/shop\n\ngo 1.25\n\nrequire github.com/labstack/echo/v4 v4.13.0\n"
    code = 'package main\nimport "github.com/labstack/echo/v4"\nconst addr = "0.0.0.0:8085"\nconst redisAddr = "localhost:6379"\n' \
           "func main() { e := echo.New(); e.Start(addr) }\n"  # fmt: skip
    (component,) = repo({"go.mod": module, "main.go": code}).components
    assert component.port == 8085


def test_http4k_listens_where_its_server_is_made(repo: Repo) -> None:
    build = 'dependencies { implementation("org.http4k:http4k-core:6.0.0") }\n'
    code = "import org.http4k.server.*\nfun main() { app.asServer(Undertow(9000)).start() }\n"
    (component,) = repo({"build.gradle.kts": build, "src/main/kotlin/Main.kt": code}).components
    assert component.port == 9000


def test_azure_functions_listen_where_their_tools_do(repo: Repo) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><AzureFunctionsVersion>v4</AzureFunctionsVersion><OutputType>Exe' \
              "</OutputType></PropertyGroup></Project>\n"  # fmt: skip
    (component,) = repo({"Shop.csproj": project, "Program.cs": "class P { static void Main() { } }\n"}).components
    assert (component.framework, component.port) == ("azure-functions", 7071)


def test_others_are_called_wherever_a_client_is_used(repo: Repo) -> None:
    block, notices = inventory_snapshot(repo({"src/main/java/Pages.java": FINITE["java/Pages.java"]}))
    assert block["external_http"] is True
    assert not notices
