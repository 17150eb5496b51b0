from __future__ import annotations

from prodify.inventory.environment import is_secret

from .conftest import Repo


def test_python_readers(repo: Repo) -> None:
    inv = repo(
        {
            "a.py": """
            import os
            from os import environ as e, getenv
            must = os.environ["MUST"]
            maybe = os.environ.get("MAYBE")
            given = os.getenv("GIVEN", "x")
            also = getenv("ALSO") or "y"
            none = os.getenv("NONE", None)
            if os.getenv("ASKED") == "1":
                pass
            if "TESTED" in os.environ:
                tested = os.environ["TESTED"]
            os.environ["WRITTEN"] = "1"
            last = e["LAST"]
            """,
        }
    )
    found = {v.name: (v.required, v.has_default) for v in inv.environment}
    assert found == {
        "MUST": (True, False),
        "MAYBE": (True, False),
        "GIVEN": (False, True),
        "ALSO": (False, False),
        "NONE": (True, False),
        "ASKED": (False, False),
        "TESTED": (True, False),
        "LAST": (True, False),
    }
    assert next(v for v in inv.environment if v.name == "MUST").location.line == 3


def test_settings_libraries(repo: Repo) -> None:
    inv = repo(
        {
            "settings.py": """
            import environ
            from decouple import config
            from pydantic import Field
            from pydantic_settings import BaseSettings

            env = environ.Env()
            A = config("A")
            B = config("B", default=1, cast=int)
            C = env.str("C", default="")
            D = env("D")

            class Settings(BaseSettings):
                model_config = {"env_prefix": "SHOP_"}
                database_url: str
                timeout: int = 3
                key: str = Field(..., alias="API_KEY")
                optional: str = Field(default="")
            """,
        }
    )
    found = {v.name: v.required for v in inv.environment}
    assert found == {
        "A": True,
        "B": False,
        "C": False,
        "D": True,
        "API_KEY": True,
        "SHOP_DATABASE_URL": True,
        "SHOP_TIMEOUT": False,
        "SHOP_OPTIONAL": False,
    }


def test_prefix_of_settings(repo: Repo) -> None:
    inv = repo({"s.py": "from pydantic_settings import BaseSettings\nclass S(BaseSettings, env_prefix='X_'):\n    token: str\n"})
    assert [(v.name, v.secret) for v in inv.environment] == [("X_TOKEN", True)]


def test_settings_that_derive_from_a_class_of_another_file(repo: Repo) -> None:
    base = "from pydantic import BaseSettings\n\nclass Common(BaseSettings):\n    debug: bool = False\n"
    deep = "from base import Common\n\nclass App(Common):\n    secret_key: str\n\nclass Other(Commonplace):\n    colour: str\n"
    found = repo({"base.py": base, "app.py": deep}).environment
    assert [(v.name, v.required) for v in found] == [("DEBUG", False), ("SECRET_KEY", True)]


def test_javascript_readers(repo: Repo) -> None:
    inv = repo(
        {
            "a.ts": """
            const a = process.env.A
            const b = process.env.B || 'x'
            const c = process.env["C"] ?? 3
            if (process.env.D) {}
            process.env.E = 'set'
            const { F, G = 'y' } = process.env
            const h = import.meta.env.VITE_H
            const mode = import.meta.env.MODE
            """,
            "b.ts": "const schema = z.object({\n  I: z.string(),\n  J: z.string().default('x'),\n});\n"
            "export const env = schema.parse(process.env)\n",
        }
    )
    found = {v.name: v.required for v in inv.environment}
    assert found == {"A": True, "B": False, "C": False, "D": False, "F": True, "G": False, "VITE_H": True, "I": True, "J": False}


def test_other_languages(repo: Repo) -> None:
    inv = repo(
        {
            "a.go": 'package a\nimport "os"\nvar x = os.Getenv("GO_A")\nvar y, ok = os.LookupEnv("GO_B")\nvar z = getEnv("GO_C", "d")\n',
            "A.java": 'class A { String a = System.getenv("JAVA_A"); }\n',
            "a.rb": "A = ENV['RB_A']\nB = ENV.fetch('RB_B') { 1 }\nC = ENV.fetch('RB_C')\n",
            "src/a.rs": 'fn main() { let a = std::env::var("RS_A").unwrap(); let b = env::var("RS_B").unwrap_or("x".into()); }\n',
            "a.php": "<?php\n$a = getenv('PHP_A');\n$b = env('PHP_B', 'x');\n",
            "A.cs": 'class A { string a = Environment.GetEnvironmentVariable("CS_A"); string b = '
            'Environment.GetEnvironmentVariable("CS_B") ?? "x"; }\n',
            "src/main/resources/application.yml": "a: ${SPRING_A}\nb: ${SPRING_B:1}\n",
        }
    )
    found = {v.name: v.required for v in inv.environment}
    assert found == {
        "GO_A": True,
        "GO_B": False,
        "GO_C": False,
        "JAVA_A": True,
        "RB_A": True,
        "RB_B": False,
        "RB_C": True,
        "RS_A": True,
        "RS_B": False,
        "PHP_A": True,
        "PHP_B": False,
        "CS_A": True,
        "CS_B": False,
        "SPRING_A": True,
        "SPRING_B": False,
    }


def test_tests_do_not_count(repo: Repo) -> None:
    assert repo({"tests/test_a.py": "import os\nos.environ['X']\n"}).environment == ()


def test_which_names_are_secret() -> None:
    assert all(is_secret(n) for n in ("SECRET_KEY", "OPENAI_API_KEY", "DB_PASSWORD", "DATABASE_URL", "GH_TOKEN", "SENTRY_DSN"))
    assert not any(is_secret(n) for n in ("PORT", "MAX_TOKENS", "NEXT_PUBLIC_KEY", "STRIPE_PUBLISHABLE_KEY", "HOST", "AWS_ACCESS_KEY_ID"))


def test_rust_command_line_settings(repo: Repo) -> None:
    inv = repo(
        {
            "src/config.rs": "use clap;\nstruct C {\n    #[clap(long, env)]\n    pub database_url: String,\n"
            '    #[arg(env = "X_PORT")]\n    port: Option<u16>,\n}\n'
        }
    )
    assert [(v.name, v.required) for v in inv.environment] == [("DATABASE_URL", True), ("X_PORT", False)]
