"""Findings that misled whoever read a report without knowing the service."""

from __future__ import annotations

import json

import pytest

from prodify.inventory.roles import role_of

from .conftest import Judge

FLASK = "from flask import Flask, request, session\n\napp = Flask(__name__)\n"
LARAVEL = {
    "composer.json": json.dumps({"type": "project", "require": {"php": "^8.4", "laravel/framework": "^12"}}),
    "public/index.php": "<?php\n",
    ".env.example": "APP_NAME=shop\nDB_CONNECTION=mysql\n",
}
ASPNET = {
    "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><TargetFramework>net10.0</TargetFramework></Project>\n',
    "Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
}


def test_rules_of_git_count_in_a_file_that_is_no_text(judge: Judge) -> None:
    rules = "*.log\n.env\n" + "".join(f"{letter}\0" for letter in "key.pem\r\n")
    files = {"app.py": FLASK, "requirements.txt": "flask\n"}
    assert judge("env-files-are-ignored", {**files, ".gitignore": rules}).kind == "pass"
    assert judge("env-files-are-ignored", {**files, ".gitignore": rules.replace(".env", ".venv")}).kind == "fail"


def test_the_database_of_prismas_schema_comes_from_the_environment(judge: Judge) -> None:
    schema = 'datasource db {\n  provider = "postgresql"\n  url      = %s\n}\n'
    package = json.dumps({"main": "server.js", "dependencies": {"express": "^5.0.0", "@prisma/client": "^6.0.0"}})
    server = "const app = require('express')();\napp.listen(3000);\n"
    files = {"package.json": package, "server.js": server}
    given = {**files, "prisma/schema.prisma": schema % 'env("DATABASE_URL")'}
    assert judge("configuration-comes-from-environment", given).kind == "pass"
    missing = judge("environment-variables-are-documented", given)
    assert (missing.kind, [(e.path, e.line) for e in missing.evidence]) == ("fail", [("prisma/schema.prisma", 3)])
    written = {**files, "prisma/schema.prisma": schema % '"postgresql://db/shop"'}
    assert judge("configuration-comes-from-environment", written).kind == "fail"


@pytest.mark.parametrize(
    ("proof", "kind"),
    [
        ("event = stripe.Webhook.construct_event(request.data, request.headers['Stripe-Signature'], KEY)", "notApplicable"),
        ("ok = hmac.compare_digest(request.headers['X-Signature'], sign(request.data))", "notApplicable"),
        ("event = request.get_json()", "fail"),
    ],
)
def test_a_signed_webhook_is_no_form(judge: Judge, proof: str, kind: str) -> None:
    home = "@app.get('/')\ndef home():\n    session['a'] = 1\n    return ''\n"
    code = f"{FLASK}\n@app.post('/paid')\ndef paid():\n    {proof}\n    return 'ok'\n\n{home}"
    assert judge("csrf-is-protected", {"app.py": code, "requirements.txt": "flask\n"}).kind == kind


def test_no_image_reads_a_developers_launch_settings(judge: Judge) -> None:
    settings = json.dumps({"profiles": {"Shop": {"commandName": "Project", "applicationUrl": "http://localhost:7044"}}})
    image = 'FROM mcr.microsoft.com/dotnet/aspnet:10.0\nEXPOSE 8080\nENTRYPOINT ["dotnet", "Shop.dll"]\n'
    files = {**ASPNET, "Properties/launchSettings.json": settings, "Dockerfile": image}
    assert judge("ports-agree", files).kind != "fail"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Run `docker compose -f shop.yaml up`.", "pass"),
        ("`helm install shop charts/shop`", "pass"),
        ("    node server.js", "pass"),
        ("Docker is needed.", "fail"),
    ],
)
def test_more_commands_of_a_readme(judge: Judge, line: str, kind: str) -> None:
    assert judge("readme-says-how-to-run", {"app.py": FLASK, "README.md": f"# Shop\n\n{line}\n"}).kind == kind


def test_a_skeletons_own_settings_are_documented_by_its_framework(judge: Judge) -> None:
    skeleton = {"config/session.php": "<?php\nreturn ['store' => env('SESSION_STORE'), 'cookie' => env('SESSION_COOKIE', 'shop')];\n"}
    assert judge("environment-variables-are-documented", {**LARAVEL, **skeleton}).kind == "pass"
    own = {"config/services.php": "<?php\nreturn ['till' => ['key' => env('TILL_KEY')]];\n"}
    missing = judge("environment-variables-are-documented", {**LARAVEL, **skeleton, **own})
    assert (missing.kind, missing.message) == ("fail", "not in an example file: TILL_KEY")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("build/resources/main/application.yml", "generated"),
        ("api/target/classes/application.yml", "generated"),
        ("Shop/obj/Release/net10.0/Shop.AssemblyInfo.cs", "generated"),
        ("src/build/settings.py", "production"),
        ("build/Dockerfile", "production"),
        ("target/shop.py", "production"),
    ],
)
def test_what_a_build_left_behind(path: str, role: str) -> None:
    assert role_of(path).value == role


def test_the_ignore_file_of_a_copied_library_is_no_place_for_the_services_rules(judge: Judge) -> None:
    files = {"app.py": FLASK, "requirements.txt": "flask\n", "templates/menu/.gitignore": "*.log\n"}
    found = judge("env-files-are-ignored", files)
    assert (found.kind, found.evidence) == ("fail", ())


def test_a_worker_is_named_once(judge: Judge) -> None:
    files = {"jobs.py": "from celery import Celery\n\napp = Celery('jobs', broker='redis://queue')\n\n@app.task\ndef act():\n    ...\n"}
    found = judge("workers-scale-on-queue", {**files, "requirements.txt": "celery\n"})
    assert (found.kind, [(e.path, e.line) for e in found.evidence]) == ("fail", [("jobs.py", 3)])


def test_an_upper_bound_that_nobody_planned(judge: Judge) -> None:
    scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: app}\nspec: {minReplicas: 2, maxReplicas: 4}\n"
    assert judge("autoscaler-bounds-fit-goals", {"app.py": FLASK, "deploy/hpa.yaml": scaler}).kind == "pass"


def test_a_missing_package_is_missed_in_the_manifest_of_its_own_folder(judge: Judge) -> None:
    package = json.dumps({"main": "app.js", "scripts": {"start": "node app.js"}, "dependencies": {"express": "^5.0.0"}})
    page = json.dumps({"dependencies": {"react": "^19.0.0"}})
    code = "const mysql = require('mysql');\nconst app = require('express')();\napp.listen(3000);\n"
    files = {"api/package.json": package, "api/app.js": code, "web/package.json": page, "web/src/a.jsx": ""}
    found = judge("dependencies-are-declared", files)
    assert (found.kind, sorted({e.path for e in found.evidence})) == ("fail", ["api/app.js", "api/package.json"])


def test_lists_in_a_folder_speak_for_the_one_above(judge: Judge) -> None:
    found = judge("dependencies-are-declared", {"requirements/base.txt": "flask\n", "app.py": f"import stripe\n{FLASK}"})
    assert (found.kind, sorted({e.path for e in found.evidence})) == ("fail", ["app.py", "requirements/base.txt"])
