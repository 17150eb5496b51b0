"""Keys and passwords that code hands over, or gives back, where no name beside the literal says what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
GO = {"go.mod": "module x\n\ngo 1.25\nrequire github.com/gin-gonic/gin v1.10.0\n"}
RUBY = {"Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\n"}
SLIM = {"composer.json": '{"require": {"slim/slim": "4"}}\n'}
SPRING = {
    "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>\n<artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies></project>\n",
}


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({**RUBY, "app.rb": "JWT.decode(t, secret)\n\ndef secret\n  'letmein'\nend\n"}, "fail"),
        ({**RUBY, "app.rb": "JWT.decode(t, secret)\n\ndef self.jwt_secret\n  return 'letmein'\nend\n"}, "fail"),
        ({**RUBY, "app.rb": "JWT.decode(t, secret)\n\ndef secret = 'letmein'\n"}, "fail"),
        ({**RUBY, "app.rb": "JWT.decode(t, secret)\n\ndef secret\n  ENV['letmein']\nend\n"}, "pass"),
        ({**RUBY, "app.rb": "JWT.decode(t, secret)\n\ndef secret\n  read('letmein')\nend\n"}, "pass"),
        ({**RUBY, "app.rb": "JWT.decode(t, k)\n\ndef client_secret\n  'letmein'\nend\n"}, "pass"),
        ({**RUBY, "app.rb": "JWT.decode(t, k)\n\ndef secret\n  'JWT_SECRET'\nend\n"}, "pass"),
        ({**RUBY, "app.rb": "get('/') { secret }\n\ndef secret\n  'letmein'\nend\n"}, "pass"),
        ({**SPRING, "src/main/java/T.java": 'class Jwt { String getSecretKey() { return "letmein"; } }\n'}, "fail"),
        ({**SPRING, "src/main/java/T.java": 'class Jwt { String getSecretKey() { return env.get("letmein"); } }\n'}, "pass"),
        ({**SLIM, "app/Token.php": "<?php\nclass Jwt { function secretKey() { return 'letmein'; } }\n"}, "fail"),
        ({**SLIM, "app/Token.php": "<?php\nclass Jwt { function secretKey() { return env('letmein'); } }\n"}, "pass"),
        ({**GO, "main.go": 'package main\n\n// jwt\nfunc jwtSecret() string {\n    return "letmein"\n}\n'}, "fail"),
        ({**GO, "main.go": 'package main\n\n// jwt\nfunc jwtSecret() string {\n    return os.Getenv("letmein")\n}\n'}, "pass"),
    ],
)
def test_keys_that_a_method_gives_back(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    verdict = judge("secret-key-is-not-a-default", files)
    assert (verdict.kind == "fail") == (kind == "fail")
    assert all("letmein" not in (e.note or "") for e in verdict.evidence)


def _spring(line: str) -> Mapping[str, str]:
    return {**SPRING, "src/main/java/S.java": f"class S {{\n  Object users() {{\n    return {line};\n  }}\n}}\n"}


def _spring_in_kotlin(line: str) -> Mapping[str, str]:
    return {**SPRING, "src/main/kotlin/S.kt": f"class S {{\n  fun users() = {line}\n}}\n"}


def _rack(line: str) -> Mapping[str, str]:
    return {**RUBY, "config.ru": "run App\n", "app.rb": f"require 'sinatra'\nuse Rack::Auth::Basic, 'shop' do |u, p|\n  {line}\nend\n"}


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (_spring('User.withUsername("u").password("letmein").roles("A").build()'), "fail"),
        (_spring('User.withUsername("u").password("{noop}letmein").roles("A").build()'), "fail"),
        (_spring('User.withUsername("u").password(encoder().encode("password")).build()'), "fail"),
        (_spring('User.withDefaultPasswordEncoder().username("u").password("password").build()'), "fail"),
        (_spring('User.builder().username("u").password("password").build()'), "fail"),
        (_spring('new User("u", "{noop}letmein", List.of())'), "fail"),
        (_spring('auth.inMemoryAuthentication().withUser("u").password("{noop}password").roles("A")'), "fail"),
        (_spring('User.withUsername("u").password(settings.getPassword()).build()'), "pass"),
        (_spring('User.withUsername("u").password(encoder().encode(env.getProperty("shop.login"))).build()'), "pass"),
        (_spring('User.withUsername("u").password("{bcrypt}$2a$10$abcdefghijklmnopqrstuv").build()'), "pass"),
        (_spring('User.withUsername("u").password("$2a$10$abcdefghijklmnopqrstuv").build()'), "pass"),
        (_spring('User.withUsername("u").password("{noop}" + given).build()'), "pass"),
        (_spring('User.withUsername("u").password("").roles("A").build()'), "pass"),
        (_spring('form.username("u").password("password")'), "pass"),
        (_spring_in_kotlin('User.withUsername("u").password("password").build()'), "fail"),
        (_spring_in_kotlin('User.withUsername("u").password(encoder.encode("password")).build()'), "fail"),
        (_spring_in_kotlin('User("u", "{noop}letmein", listOf())'), "fail"),
        (_spring_in_kotlin('User.withUsername("u").password(encoder.encode(given)).build()'), "pass"),
        (_spring_in_kotlin('User.withUsername("u").password("{noop}$given").build()'), "pass"),
        (_spring_in_kotlin('User.withUsername("u").roles("password").build()'), "pass"),
        (_rack("u == 'admin' && p == 'letmein'"), "fail"),
        (_rack("[u, p] == ['admin', 'admin']"), "fail"),
        (_rack("Rack::Utils.secure_compare(p, 'letmein')"), "fail"),
        (_rack("Rack::Utils.secure_compare(::Digest::SHA256.hexdigest(p), ::Digest::SHA256.hexdigest('letmein'))"), "fail"),
        (_rack("Rack::Utils.secure_compare(::Digest::SHA256.hexdigest(p), ::Digest::SHA256.hexdigest(ENV['PW']))"), "pass"),
        (_rack("u == 'admin' && p == ENV['ADMIN_PASSWORD']"), "pass"),
        (_rack("[u, p] == [ENV['NAME'], ENV['ADMIN_PASSWORD']]"), "pass"),
        (_rack("Rack::Utils.secure_compare(p, settings.login)"), "pass"),
        (_rack("p == ''"), "pass"),
        ({**RUBY, "app.rb": "require 'sinatra'\nhalt 401 unless auth.credentials == ['admin', 'admin']\n"}, "fail"),
        ({**RUBY, "app.rb": "require 'sinatra'\nget('/') { |p| p == 'letmein' ? 1 : 2 }\n"}, "pass"),
    ],
)
def test_accounts_with_a_password_of_the_codes_own(judge: Judge, files: Mapping[str, str], kind: str) -> None:
    verdict = judge("no-secret-in-code", files)
    assert verdict.kind == kind
    assert all("letmein" not in (e.note or "") for e in verdict.evidence)
