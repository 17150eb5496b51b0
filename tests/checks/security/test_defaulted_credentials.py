"""Credentials that a schema, a tag or an attribute fills in when nobody sets them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.inventory.polyglot.accounts import written_accounts
from prodify.inventory.polyglot.defaults import defaulted_credentials
from prodify.inventory.polyglot.signing import written_keys
from prodify.inventory.polyglot.sqltext import unsafe_sql
from tests.checks.conftest import lay_out

FOUND = {
    "zod.ts": "const env = z.object({ JWT_SECRET: z.string().default('shopsTokens42') })\n",
    "joi.js": "const env = Joi.object({ JWT_SECRET: Joi.string().default('shopsTokens42').required() })\n",
    "envalid.ts": "const env = cleanEnv(process.env, { SESSION_KEY: str({ default: 'shopsTokens42' }) })\n",
    "tag.go": 'package shop\n\ntype Settings struct {\n\tKey string `env:"JWT_SECRET" envDefault:"shopsTokens42"`\n}\n',
    "args.rs": '#[derive(Parser)]\nstruct Args {\n    #[arg(env = "JWT_SECRET", default_value = "shopsTokens42")]\n    key: String,\n}\n',
}
UNLIKE = {
    "gap.ts": "const env = z.object({ JWT_SECRET: z.string().default('change-me-please') })\n",
    "none.ts": "const env = z.object({ JWT_SECRET: z.string().default('') })\n",
    "time.ts": "const env = z.object({ TOKEN_TTL: z.string().default('15minutes') })\n",
    "least.go": 'package shop\n\ntype Settings struct {\n\tLeast string `env:"PASSWORD_MIN_LENGTH" envDefault:"12345678"`\n}\n',
    "form.go": 'package shop\n\ntype Form struct {\n\tPassword string `json:"password" binding:"required"`\n}\n',
    "args.rs": '#[derive(Parser)]\nstruct Args {\n    #[arg(long, env = "HOST", default_value = "127.0.0.1")]\n    host: String,\n}\n',
}


def found(tmp_path: Path, files: Mapping[str, str]) -> list[int | None]:
    return [note.location.line for note in defaulted_credentials(Inventory(lay_out(tmp_path, files)))]


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_default_of_a_credential(tmp_path: Path, name: str) -> None:
    assert len(found(tmp_path, {name: FOUND[name]})) == 1


@pytest.mark.parametrize("name", sorted(UNLIKE))
def test_what_is_none(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {name: UNLIKE[name]}) == []


def test_a_password_for_a_mail_server(tmp_path: Path) -> None:
    calls = '  way.Authenticate("shop@example.org", "hxqprtzuvbnmklop");\n  way.Authenticate(user, pass);\n'
    code = "class Mail { void Send(SmtpClient way) {\n" + calls + "} }\n"
    repo = Inventory(lay_out(tmp_path, {"Mail.cs": code}))
    assert [note.location.line for note in written_accounts(repo)] == [2]


def test_a_key_of_a_hash_in_php(tmp_path: Path) -> None:
    code = "<?php\n$a = hash_hmac('sha256', $text, 'shop-tokens-9');\n$b = hash_hmac('sha256', $text, $key);\n"
    repo = Inventory(lay_out(tmp_path, {"sign.php": code}))
    assert [note.location.line for note in written_keys(repo)] == [2]


def test_conditions_that_rails_is_given_as_text(tmp_path: Path) -> None:
    calls = "  def one; Item.find_by(\"name = '#{params[:name]}'\"); end\n  def two; Item.find_by(name: params[:name]); end\n"
    code = "class Shop\n" + calls + "end\n"
    repo = Inventory(lay_out(tmp_path, {"app/shop.rb": code}))
    assert [note.location.line for note in unsafe_sql(repo)] == [2]
