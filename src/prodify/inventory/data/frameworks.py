"""Frameworks of Go, Rust, Java, Kotlin, Ruby, PHP and .NET by the package that code depends on, with their documented default ports."""

from __future__ import annotations

from collections.abc import Mapping

from prodify.lazydata import dataclass


@dataclass(frozen=True, slots=True)
class Framework:
    """`name` as reports show it, `kind` of component, `port` listened on when nothing is written."""

    name: str
    kind: str = "service"
    port: int | None = None


GO: Mapping[str, Framework] = {
    "github.com/gin-gonic/gin": Framework("gin", port=8080),
    "github.com/labstack/echo": Framework("echo", port=1323),
    "github.com/gofiber/fiber": Framework("fiber", port=3000),
    "github.com/go-chi/chi": Framework("chi", port=8080),
    "github.com/gorilla/mux": Framework("gorilla", port=8080),
    "github.com/beego/beego": Framework("beego", port=8080),
    "github.com/astaxie/beego": Framework("beego", port=8080),
    "github.com/kataras/iris": Framework("iris", port=8080),
    "github.com/gobuffalo/buffalo": Framework("buffalo", port=3000),
    "github.com/julienschmidt/httprouter": Framework("httprouter", port=8080),
    "github.com/valyala/fasthttp": Framework("fasthttp", port=8080),
    "github.com/danielgtaylor/huma": Framework("huma", port=8888),
    "connectrpc.com/connect": Framework("connect", port=8080),
    "google.golang.org/grpc": Framework("grpc", port=50051),
    "github.com/zeromicro/go-zero": Framework("go-zero", port=8888),
    "github.com/bwmarrin/discordgo": Framework("discordgo", "bot"),
    "github.com/go-telegram-bot-api/telegram-bot-api": Framework("telegram-bot-api", "bot"),
    "gopkg.in/telebot.v3": Framework("telebot", "bot"),
    "gopkg.in/telebot.v4": Framework("telebot", "bot"),
    "github.com/mymmrac/telego": Framework("telego", "bot"),
    "github.com/go-telegram/bot": Framework("go-telegram", "bot"),
    "github.com/slack-go/slack/socketmode": Framework("slack-go", "bot"),
    "github.com/hibiken/asynq": Framework("asynq", "worker"),
    "github.com/robfig/cron": Framework("cron", "worker"),
    "net/http": Framework("net/http", port=8080),
    "github.com/spf13/cobra": Framework("cobra", "cli"),
    "github.com/urfave/cli": Framework("urfave/cli", "cli"),
    "github.com/alecthomas/kong": Framework("kong", "cli"),
    "github.com/charmbracelet/bubbletea": Framework("bubbletea", "cli"),
}
"""Import paths (version suffixes left out), what says most first."""

RUST: Mapping[str, Framework] = {
    "axum": Framework("axum", port=3000),
    "actix-web": Framework("actix-web", port=8080),
    "rocket": Framework("rocket", port=8000),
    "warp": Framework("warp", port=3030),
    "poem": Framework("poem", port=3000),
    "salvo": Framework("salvo", port=5800),
    "tide": Framework("tide", port=8080),
    "loco-rs": Framework("loco", port=5150),
    "tonic": Framework("tonic", port=50051),
    "serenity": Framework("serenity", "bot"),
    "poise": Framework("serenity", "bot"),
    "twilight-gateway": Framework("twilight", "bot"),
    "teloxide": Framework("teloxide", "bot"),
    "leptos": Framework("leptos", "web", 8080),
    "yew": Framework("yew", "web", 8080),
    "dioxus": Framework("dioxus", "web", 8080),
    "hyper": Framework("hyper", port=3000),
    "clap": Framework("clap", "cli"),
    "structopt": Framework("structopt", "cli"),
}
"""Crates."""

JVM: Mapping[str, Framework] = {
    "org.springframework.boot": Framework("spring-boot", port=8080),
    "spring-boot-starter-web": Framework("spring-boot", port=8080),
    "spring-boot-starter-webflux": Framework("spring-boot", port=8080),
    "spring-boot-starter": Framework("spring-boot", port=8080),
    "io.quarkus": Framework("quarkus", port=8080),
    "io.micronaut": Framework("micronaut", port=8080),
    "io.ktor": Framework("ktor", port=8080),
    "io.javalin": Framework("javalin", port=8080),
    "com.sparkjava": Framework("sparkjava", port=4567),
    "io.vertx": Framework("vertx", port=8080),
    "io.dropwizard": Framework("dropwizard", port=8080),
    "io.helidon": Framework("helidon", port=8080),
    "org.http4k": Framework("http4k", port=8080),
    "com.typesafe.play": Framework("play", port=9000),
    "jakarta.platform": Framework("jakarta-ee", port=8080),
    "javax.servlet": Framework("servlet", port=8080),
    "jakarta.servlet": Framework("servlet", port=8080),
    "io.grpc": Framework("grpc", port=50051),
    "net.dv8tion": Framework("jda", "bot"),
    "org.telegram": Framework("telegrambots", "bot"),
    "info.picocli": Framework("picocli", "cli"),
}
"""Group or artefact ids, the more telling first."""

RUBY: Mapping[str, Framework] = {
    "rails": Framework("rails", port=3000),
    "hanami": Framework("hanami", port=2300),
    "sinatra": Framework("sinatra", port=4567),
    "grape": Framework("grape", port=9292),
    "roda": Framework("roda", port=9292),
    "discordrb": Framework("discordrb", "bot"),
    "telegram-bot-ruby": Framework("telegram-bot-ruby", "bot"),
    "jekyll": Framework("jekyll", "static-site", 4000),
    "github-pages": Framework("jekyll", "static-site", 4000),
    "middleman": Framework("middleman", "static-site", 4567),
    "sidekiq": Framework("sidekiq", "worker"),
    "thor": Framework("thor", "cli"),
}
"""Gems, the more telling first."""

PHP: Mapping[str, Framework] = {
    "laravel/framework": Framework("laravel", port=8000),
    "laravel/lumen-framework": Framework("lumen", port=8000),
    "symfony/framework-bundle": Framework("symfony", port=8000),
    "symfony/symfony": Framework("symfony", port=8000),
    "slim/slim": Framework("slim", port=8080),
    "cakephp/cakephp": Framework("cakephp", port=8765),
    "codeigniter4/framework": Framework("codeigniter", port=8080),
    "yiisoft/yii2": Framework("yii", port=8080),
    "laminas/laminas-mvc": Framework("laminas", port=8080),
    "hyperf/framework": Framework("hyperf", port=9501),
    "team-reflex/discord-php": Framework("discord-php", "bot"),
    "symfony/console": Framework("symfony-console", "cli"),
}
"""Composer packages, the more telling first."""
