from __future__ import annotations

import pytest

from .conftest import Repo


def names(found: object) -> list[str]:
    return [t.name for t in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("files", "stores"),
    [
        ({"a.py": "import sqlite3\n"}, ["sqlite"]),
        ({"a.py": "from google.cloud import firestore\n"}, ["firestore"]),
        ({"a.py": "try:\n    import redis\nexcept ImportError:\n    redis = None\n"}, ["redis"]),
        ({"a.py": "from motor.motor_asyncio import AsyncIOMotorClient\n"}, ["mongodb"]),
        ({"a.py": "URI = 'postgresql+asyncpg://u@h/db'\n"}, ["postgres"]),
        ({"config.py": "import os\nU = os.getenv('D') or 'sqlite:///' + p\n"}, ["sqlite"]),
        ({"settings.py": "import django\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\n"}, ["mysql"]),
        (
            {"docker-compose.yml": "services:\n  db:\n    image: docker.io/library/postgres:17\n  c:\n    image: valkey/valkey:8\n"},
            ["postgres", "redis"],
        ),
        ({"prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n'}, ["postgres"]),
        ({"config/database.yml": "default:\n  # adapter: mysql2\n  adapter: postgresql\n", "Gemfile": "gem 'pg'\n"}, ["postgres"]),
        ({"go.mod": "module x\n", "a.go": 'package a\nimport (\n\t_ "github.com/jackc/pgx/v5/stdlib"\n)\n'}, ["postgres"]),
        ({"a.js": "const { Pool } = require('pg')\n"}, ["postgres"]),
        ({"A.cs": "using Npgsql;\nusing StackExchange.Redis;\n"}, ["postgres", "redis"]),
        ({"src/main/resources/application.properties": "spring.datasource.url=jdbc:mysql://h/db\n"}, ["mysql"]),
        ({"a.py": "import boto3\nt = boto3.resource('dynamodb')\n"}, ["dynamodb"]),
    ],
)
def test_datastores(repo: Repo, files: dict[str, str], stores: list[str]) -> None:
    found = repo(files).datastores
    assert names(found) == stores
    assert all(t.location.path in files and t.location.line for t in found)


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "redis\npsycopg2\n", "app.py": "print(1)\n"},
        {"README.md": "Uses postgres://user@host/db\n"},
        {"tests/test_a.py": "import sqlite3\n"},
        {"a.py": "# DATABASE_URL = 'postgres://x'\n"},
        {"a.py": "if url.startswith('postgres://'):\n    pass\n"},
        {"Gemfile": "# gem 'redis'\n", "config/cable.yml": "production:\n  url: redis://localhost:6379/1\n", "a.rb": "puts 1\n"},
        {"go.mod": "module x\nrequire github.com/lib/pq v1 // indirect\n", "a.go": "package a\n"},
    ],
)
def test_what_is_only_mentioned_is_not_used(repo: Repo, files: dict[str, str]) -> None:
    assert names(repo(files).datastores) == []


def test_driver_behind_a_connection_string_from_outside(repo: Repo) -> None:
    inv = repo({"db.py": "import os\nfrom sqlalchemy import create_engine\nengine = create_engine(os.environ['DATABASE_URL'])\n",
                "requirements.txt": "sqlalchemy\npsycopg2-binary==2.9.9\n"})  # fmt: skip
    assert names(inv.datastores) == ["postgres"]
    assert inv.datastores[0].location.path == "requirements.txt"


def test_brokers(repo: Repo) -> None:
    inv = repo({"a.py": "from celery import Celery\nc = Celery(broker='amqp://guest@mq//')\n", "b.js": "import { Queue } from 'bullmq'\n",
                "docker-compose.yml": "services:\n  k:\n    image: confluentinc/cp-kafka:7\n"})  # fmt: skip
    assert names(inv.brokers) == ["bullmq", "celery", "kafka", "rabbitmq"]


@pytest.mark.parametrize(
    ("files", "providers"),
    [
        ({"a.py": "from openai import OpenAI\nc = OpenAI()\n"}, ["openai"]),
        ({"a.py": "from openai import OpenAI\nc = OpenAI(base_url='https://api.groq.com/openai/v1')\n"}, ["groq"]),
        ({"a.py": "from openai import AzureOpenAI\nc = AzureOpenAI()\n"}, ["azure-openai"]),
        ({"a.py": "import anthropic\nc = anthropic.Anthropic()\n"}, ["anthropic"]),
        ({"a.py": "import google.generativeai as genai\ngenai.configure()\n"}, ["google"]),
        ({"a.py": "from langchain_anthropic import ChatAnthropic\nc = ChatAnthropic()\n"}, ["anthropic"]),
        ({"a.py": "import requests\nrequests.post('https://api.openai.com/v1/chat/completions')\n"}, ["openai"]),
        ({"a.py": "import boto3\nc = boto3.client('bedrock-runtime')\n"}, ["bedrock"]),
        ({"a.py": "from huggingface_hub import InferenceClient\nc = InferenceClient()\n"}, ["huggingface"]),
        ({"a.ts": "import { anthropic } from '@ai-sdk/anthropic'\n"}, ["anthropic"]),
        ({"a.js": "const OpenAI = require('openai')\n"}, ["openai"]),
    ],
)
def test_model_providers(repo: Repo, files: dict[str, str], providers: list[str]) -> None:
    assert names(repo(files).llm_providers) == providers


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "Built with Claude and GPT-4 by OpenAI\n"},
        {"a.py": "from anthropic import Anthropic\n# client = Anthropic()\n"},
        {"a.py": "OPTIONS = ['Claude', 'Cohere']\n"},
        {"a.py": "from huggingface_hub import snapshot_download\nsnapshot_download('x')\n"},
        {"requirements.txt": "openai\n", "a.py": "print(1)\n"},
    ],
)
def test_mentions_of_models_are_no_providers(repo: Repo, files: dict[str, str]) -> None:
    assert names(repo(files).llm_providers) == []


def test_table_of_hosts_calls_nobody(repo: Repo) -> None:
    assert names(repo({"hosts.py": "HOSTS = {'api.openai.com': 'openai', 'api.anthropic.com': 'anthropic'}\n"}).llm_providers) == []
