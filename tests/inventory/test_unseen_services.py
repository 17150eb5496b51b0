"""Facts about small services of many frameworks, in shapes that were met where no rule had been written for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from prodify.inventory import Inventory
from prodify.inventory.facts import Role
from prodify.inventory.roles import role_of
from prodify.snapshot import inventory_snapshot

Repo = Callable[[Mapping[str, str]], Inventory]
GO = "module example.org/shop\n\ngo 1.25\n\nrequire github.com/gofiber/fiber/v3 v3.1.0\n"
FIBER = """
    package main

    import (
        "example.org/shop/config"
        "github.com/gofiber/fiber/v3"
    )

    func main() {
        app := fiber.New()
        app.Listen("0.0.0.0:" + config.Port)
    }
    """


def package(*names: str) -> str:
    return json.dumps({"name": "shop", "private": True, "scripts": {"start": "node app.js"}, "dependencies": dict.fromkeys(names, "1.0.0")})


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/core/testutil/jwt_helpers.go", Role.TEST),
        ("Shop.UnitTests/CartTest.cs", Role.TEST),
        ("Shop.Tests/Setup.cs", Role.TEST),
        ("tests/unit_tests/conftest.py", Role.TEST),
        ("database/factories/ModelFactory.php", Role.TEST),
        ("shop/factories/cars.php", Role.PRODUCTION),
        ("src/contests/rank.py", Role.PRODUCTION),
        ("src/ab-test/split.ts", Role.PRODUCTION),
        ("public/build/js/app-a22e95f56b.js", Role.GENERATED),
        ("public/js/app-decade.js", Role.PRODUCTION),
        ("public/js/report-20260101.js", Role.PRODUCTION),
    ],
)
def test_roles(path: str, role: Role) -> None:
    assert role_of(path) is role


def test_the_port_stands_in_the_settings_of_a_go_service(repo: Repo) -> None:
    config = """
        package config

        import "os"

        var Port, DBPort string

        func Load() {
            DBPort = "5433"
            Port = os.Getenv("PORT")
            if Port == "" {
                Port = "8001"
            }
        }
        """
    found = repo({"go.mod": GO, "cmd/main.go": FIBER, "config/config.go": config}).components
    assert [(c.framework, c.port) for c in found] == [("fiber", 8001)]


def test_the_port_of_a_mail_server_is_no_port_of_the_service(repo: Repo) -> None:
    app = """
        require 'sinatra/base'

        class App < Sinatra::Base
          set :mail, { :via => :smtp, :via_options => { :address => 'smtp.acme.io', :port => '587', :user_name => USER } }
        end
        """
    assert repo({"Gemfile": "gem 'sinatra'\n", "config.ru": "run App\n", "main.rb": app}).components[0].port == 4567


def test_a_bot_beside_its_own_health_page_is_a_bot(repo: Repo) -> None:
    app = """
        const http = require('http')
        const { Telegraf } = require('telegraf')

        http.createServer((req, res) => {
          if (req.url === '/health') res.end('ok')
        }).listen(process.env.PORT || 3000)
        new Telegraf(process.env.BOT_TOKEN).launch()
        """
    inventory = repo({"package.json": package("telegraf"), "app.js": app})
    assert [(c.kind, c.framework) for c in inventory.components] == [("bot", "telegraf")]
    assert inventory.has["healthcheck"]


@pytest.mark.parametrize(
    ("path", "text"),
    [("railway.toml", '[deploy]\nhealthcheckPath = "/up"\n'), ("render.yaml", "services:\n  - type: web\n    healthCheckPath: /up\n")],
)
def test_a_platform_that_asks_is_a_health_check(repo: Repo, path: str, text: str) -> None:
    assert repo({path: text}).has["healthcheck"]


@pytest.mark.parametrize(
    "text",
    [
        "export class Config {\n  orm(): TypeOrmModuleOptions {\n    return { type: 'postgres', host: this.get('H') }\n  }\n}\n",
        "export const options: DataSourceOptions = { type: 'postgres', host: process.env.H }\n",
        "TypeOrmModule.forRootAsync({ useFactory: (c) => ({ type: 'postgres', host: c.get('H') }) })\n",
    ],
)
def test_typeorm_names_its_database_wherever_the_options_are_made(repo: Repo, text: str) -> None:
    assert [t.name for t in repo({"package.json": package("typeorm", "pg"), "src/orm.ts": text}).datastores] == ["postgres"]


def test_a_type_of_something_else_is_no_database(repo: Repo) -> None:
    text = "import { DataSource } from 'typeorm'\nexport const filter = { type: 'postgres' }\n"
    assert repo({"package.json": package("typeorm"), "src/filter.ts": text}).datastores == ()


def test_bull_keeps_its_jobs_in_redis(repo: Repo) -> None:
    text = "import { BullModule } from '@nestjs/bull'\n"
    assert [t.name for t in repo({"package.json": package("@nestjs/bull"), "src/queue.ts": text}).datastores] == ["redis"]


def test_a_driver_for_files_beside_a_server_is_for_tests(repo: Repo) -> None:
    files = {
        "requirements.txt": "sqlalchemy\nasyncpg\naiosqlite\n",
        "db.py": "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine(f'postgresql+asyncpg://{user}@db/x')\n",
    }
    assert [t.name for t in repo(files).datastores] == ["postgres"]


@pytest.mark.parametrize(
    ("path", "text", "calls"),
    [
        ("server/groq.ts", "const r = await $fetch<Answer>('https://api.groq.com/openai/v1/chat/completions', { method: 'POST' })\n", True),
        ("server/ask.ts", "import OpenAI from 'openai'\nexport const client = new OpenAI()\n", True),
        ("server/list.ts", "export const list = ['https://api.acme.io']\n", False),
    ],
)
def test_calls_of_others_over_http(repo: Repo, path: str, text: str, calls: bool) -> None:
    data, _ = inventory_snapshot(repo({"package.json": package("nuxt", "openai"), "app.vue": "<template/>", path: text}))
    assert data["external_http"] is calls


def test_a_function_of_its_own_reads_the_environment(repo: Repo) -> None:
    loader = """
        pub fn get_required(key: &str) -> Result<String, Missing> {
            std::env::var(key).map_err(|_| Missing(key.to_string()))
        }
        pub fn parsed_or<T>(key: &str, otherwise: T) -> T {
            std::env::var(key).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
        }
        pub fn label(key: &str) -> String { key.to_string() }
        """
    main = """
        fn main() {
            let password = env::get_required("DB_PASSWORD");
            let port: u16 = env::parsed_or("SERVER_PORT", 3000);
            let title = env::label("NOT_READ");
        }
        """
    found = repo({"Cargo.toml": '[package]\nname = "shop"\n', "src/env.rs": loader, "src/main.rs": main}).environment
    assert {v.name: v.has_default for v in found} == {"DB_PASSWORD": False, "SERVER_PORT": True}


def test_laravels_tests_look_at_what_they_see(repo: Repo) -> None:
    test = """
        <?php
        class ApiUserTest extends TestCase
        {
            public function test_it_creates_a_user()
            {
                $this->json('POST', '/users', ['email' => 'test@test.com'])->seeJson(['ok' => true]);
            }
        }
        """
    tests = repo({"composer.json": "{}", "tests/ApiUserTest.php": test}).tests
    assert (len(tests.cases), tests.assertions) == (1, 1)


def test_numbered_files_below_migration_are_migrations(repo: Repo) -> None:
    assert repo({"migration/001_basic.sql": "create table a (id int);\n"}).has["migrations"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("import time\n\nif __name__ == '__main__':\n    while True:\n        work()\n        time.sleep(5)\n", "worker"),
        ("import time\n\ndef read_input(p):\n    return p\n\nwhile True:\n    read_input('x')\n    time.sleep(5)\n", "worker"),
        ("import time\n\nwhile True:\n    answer = input('? ')\n    time.sleep(1)\n", "script"),
        ('"""Not so:\n\nwhile True:\n    time.sleep(5)\n"""\nimport time\n\nif __name__ == "__main__":\n    time.sleep(1)\n', "script"),
        ("import time\n\nif __name__ == '__main__':\n    # while True:\n    time.sleep(1)\n", "script"),
    ],
)
def test_a_worker_loops_in_its_code(repo: Repo, text: str, kind: str) -> None:
    assert [c.kind for c in repo({"requirements.txt": "requests\n", "job.py": text}).components] == [kind]
