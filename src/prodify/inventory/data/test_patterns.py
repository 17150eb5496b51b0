"""What tests look like in text: how they begin, what asserts, and which kind they are."""

from __future__ import annotations

import re

from prodify.lazyre import guarded, lazy

STUB = lazy(
    r"^(pass|\.\.\.|assert\s+(True|1|\(True\)|1\s*==\s*1|True\s+is\s+True)|self\.assertTrue\(True\)"
    r"|self\.assertEqual\(\s*(\d+)(\s*\+\s*\d+)?,\s*\d+\)|return(\s+None)?|print\(.*\)|raise NotImplementedError.*|pytest\.skip\(.*\)"
    r"|assert\s+\d+\s*\+\s*\d+\s*==\s*\d+)$"
)
"""A statement that tests nothing."""

PYTHON_ASSERTION = lazy(
    r"assert(?<=^assert)(?:\b(?!\s+(?:True|1)\s*$)|(?:_\w+|[A-Z]\w*)\()|await(?<=^await)\s+assert(?:_\w+|[A-Z]\w*)\("
    r"|self(?<!\wself)\.(?:assert|fail)\w*\(|\.assert_\w+\(|expect(?<!\wexpect)\("
    r"|pytest(?<!\wpytest)\.(?:raises|warns|fail|approx)\b",
    re.MULTILINE,
)
"""What asserts, in statements that begin their lines. Every branch begins with a letter or a dot, and looks back from there whether it
is at the begin of a line or of a word: a search skips to those characters, seven times as fast as one that asks at every place."""

WITHOUT_A_TREE: tuple[tuple[tuple[str, ...], re.Pattern[str], re.Pattern[str]], ...] = (
    (
        ("*.groovy",),
        lazy(
            r"@(?:Parameterized)?Test\b[^\n]*\n(?:\s*@[^\n]*\n)*\s*(?:public |private |void |def )*\s*(?P<name>\w+)?",
            re.MULTILINE,
        ),
        lazy(
            r"\bassert\w*\(|\bverify\(|\bexpect\w*\(|\.should\w*\(|\.andExpect\w*\(|\.isEqualTo\(|^\s*(?:then|expect):\s*$",
            re.MULTILINE,
        ),
    ),
    (("*.ex", "*.exs"), lazy(r"^\s*test\s+\"(?P<name>[^\"]*)", re.MULTILINE), lazy(r"\bassert\b|\brefute\b")),
)
"""File patterns, what begins a test and what asserts, for languages that have no grammar here; `test_rules` has those of the others."""

SHELL_TEST = lazy(r"\b(exit 1|test_\w+\s*\(\)|@test\b|assert_)")
INTEGRATION = guarded(
    r"testcontainers|django_db|django\.test|rest_framework\.test|wagtail\.test|TransactionTestCase|\.create_all\(|create_engine\("
    r"|psycopg|asyncpg|pymongo|redis\.(?:Redis|from_url)"
    r"|sqlite3\.connect|pytest_postgresql|postgresql_proc|fakeredis|mongodb-memory-server|MongoMemoryServer|gorm\.Open|sql\.Open\(|@DataJpaTest"
    r"|@SpringBootTest|ActiveRecord|DatabaseTestCase|RefreshDatabase|WebApplicationFactory|migrate!\(|sqlx::test|mongoose\.connect|DATABASE_URL"
    r"|SQLALCHEMY_DATABASE_URI",
    "testcontainers django_db django.test rest_framework.test wagtail.test TransactionTestCase .create_all( create_engine( psycopg asyncpg "
    "pymongo redis. sqlite3.connect pytest_postgresql postgresql_proc fakeredis mongodb-memory-server MongoMemoryServer "
    "gorm.Open sql.Open( @DataJpaTest @SpringBootTest ActiveRecord DatabaseTestCase RefreshDatabase "
    "WebApplicationFactory migrate!( sqlx::test mongoose.connect DATABASE_URL SQLALCHEMY_DATABASE_URI",
)
CONTRACT = guarded(
    r"\bschemathesis\b|\bpact\b|@pact-foundation|pact_|PactV\d|\bdredd\b|jest-openapi|openapi_core|spring-cloud-contract|toSatisfyApiSpec"
    r"|prism mock|specmatic",
    "schemathesis pact Pact dredd jest-openapi openapi_core spring-cloud-contract toSatisfyApiSpec prism+mock specmatic",
)
CONTRACT_FILE = lazy(r"(^|/)(test_\w*contracts?(_\w+)?|\w+_contracts?_test|contract_tests?)\.py$|\.contract\.(test|spec)\.[cm]?[jt]sx?$")
ON_A_CHAIN = lazy(r"\b(web3|brownie|ape|eth_tester|hardhat|vyper|solcx?)\b")
"""Contracts of another kind."""
CHAOS = guarded(
    r"toxiproxy|chaostoolkit|chaos-mesh\.org|litmuschaos|chaosmonkey|chaos_monkey|gremlin|pumba|faultInjection|fault_injection",
    "toxiproxy chaostoolkit chaos-mesh.org litmuschaos chaosmonkey chaos_monkey gremlin pumba faultinjection fault_injection",
    re.IGNORECASE,
)
MODEL = guarded(
    r"openai|anthropic|\bllm\b|gpt-|chat\.completions|ChatCompletion|genai|language model",
    "openai anthropic llm gpt- chat.completions chatcompletion genai language+model",
    re.IGNORECASE,
)
MODEL_FAILURE = guarded(
    r"RateLimitError|APITimeoutError|APIConnectionError|APIError|APIStatusError|InternalServerError"
    r"|side_effect\s*=\s*(?:\w*\.)*\w*(?:Error|Exception|Timeout)|malformed|invalid_json|not json|timeout|fallback|circuit|mockRejected"
    r"|\b(?:429|503|529)\b",
    "ratelimiterror apitimeouterror apiconnectionerror apierror apistatuserror internalservererror side_effect "
    "malformed invalid_json not+json timeout fallback circuit mockrejected 429 503 529",
    re.IGNORECASE,
)
SECRET_READ = lazy(
    r"os\.environ\[\s*[\"'](?P<a>\w+)[\"']\s*\](?!\s*=[^=])|(?:os\.getenv|os\.environ\.get)\(\s*[\"'](?P<b>\w+)[\"']\s*\)"
    r"|process\.env\.(?P<c>\w+)(?!\s*(?:=[^=]|\|\||\?\?))"
    r"|os\.Getenv\(\"(?P<d>\w+)\"\)|ENV(?:\.fetch\(|\[)[\"'](?P<e>\w+)[\"'](?:\]|\))"
)
SETS_VARIABLE = (
    r"(setenv\(\s*[\"']{0}|environ\[\s*[\"']{0}[\"']\s*\]\s*=[^=]|setdefault\(\s*[\"']{0}|environ,?\s*\{{[^}}]*[\"']{0}"
    r"|process\.env\.{0}\s*(\?\?|\|\|)?=[^=]|Setenv\(\"{0}|stubEnv\(\s*[\"']{0})"
)
"""Template of a pattern for code that sets a variable itself."""

COVERAGE = lazy(
    r"--cov\b|pytest-cov|\[tool\.coverage|\bcoverage run\b|--coverage\b"
    r"|\bnyc\b|\bc8\b|@vitest/coverage|collectCoverage|-coverprofile|jacoco"
    r"|simplecov|tarpaulin|llvm-cov|coverlet"
)
COVERAGE_FILES = (".coveragerc", "codecov.yml", ".codecov.yml", ".nycrc", ".nycrc.json", ".simplecov")
CONFIG_FILES = (
    "pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "noxfile.py", "Makefile", "package.json", "jest.config.*", "vitest.config.*",
    "*.gradle", "*.gradle.kts", "pom.xml", "requirements*.txt", "*.yml", "*.yaml", "justfile",
)  # fmt: skip
"""Where coverage is asked for."""
