"""One small service per framework: what the inventory says of it, and that every statement points at the line that shows it."""

from __future__ import annotations

import json

import pytest

from .conftest import Repo
from .frameworks import Case, check, files_of, manifest, paths

JAVASCRIPT = {
    "express": Case(
        {
            "package.json": manifest("express", "pg", "axios", scripts={"start": "node src/server.js"}),
            "src/server.js": """
                const express = require('express')
                const { Pool } = require('pg')
                const axios = require('axios')
                const app = express()
                const pool = new Pool({ connectionString: process.env.DATABASE_URL })
                // app.get('/gone', (req, res) => res.end())
                // app.listen(6379)
                app.use('/api', require('./orders'))
                app.get('/places', async (req, res) => {
                  const found = await axios.get('https://api.example.org/places')
                  res.json(found.data)
                })
                app.listen(process.env.PORT || 4100)
            """,
            "src/orders.js": """
                const router = require('express').Router()
                router.post('/orders', (req, res) => res.end())
                module.exports = router
            """,
        },
        ("service", "express", "src/server.js", 4100),
        paths("GET /places", "POST /api/orders"),
        frozenset({"DATABASE_URL", "PORT"}),
        ("postgres",),
        ("axios.get",),
    ),
    "fastify": Case(
        {
            "package.json": manifest("fastify", "@fastify/mongodb", main="app.mjs"),
            "app.mjs": """
                import Fastify from 'fastify'
                import mongodb from '@fastify/mongodb'
                const port = 3210
                const app = Fastify({ logger: true })
                app.register(mongodb, { url: process.env.MONGO_URL })
                app.get('/places/:id', async (request) => fetch(`https://api.example.org/${request.params.id}`))
                app.route({ method: 'POST', url: '/orders', handler: async () => 'ok' })
                await app.listen({ port })
            """,
        },
        ("service", "fastify", "app.mjs", 3210),
        paths("GET /places/:id", "POST /orders"),
        frozenset({"MONGO_URL"}),
        ("mongodb",),
        ("fetch",),
    ),
    "koa": Case(
        {
            "package.json": manifest("koa", "@koa/router", "mysql2", "got"),
            "server.js": """
                const Koa = require('koa')
                const Router = require('@koa/router')
                const mysql = require('mysql2/promise')
                const got = require('got')
                const { DB_HOST, DB_PASSWORD = 'x' } = process.env
                const app = new Koa()
                const router = new Router({ prefix: '/v1' })
                router.get('/places', async ctx => { ctx.body = await got('https://api.example.org').json() })
                app.use(router.routes())
                app.listen(8123)
            """,
        },
        ("service", "koa", "server.js", 8123),
        paths("GET /v1/places"),
        frozenset({"DB_HOST", "DB_PASSWORD"}),
        ("mysql",),
        ("got",),
    ),
    "nest": Case(
        {
            "package.json": manifest("@nestjs/core", "@nestjs/common", "@nestjs/axios", "typeorm"),
            "src/main.ts": """
                import { NestFactory } from '@nestjs/core'
                import { AppModule } from './app.module'
                async function bootstrap() {
                  const app = await NestFactory.create(AppModule)
                  await app.listen(process.env.PORT ?? 3300)
                }
                bootstrap()
            """,
            "src/app.module.ts": """
                import { TypeOrmModule } from '@nestjs/typeorm'
                export const database = TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE_URL'] })
            """,
            "src/places.controller.ts": """
                import { Controller, Get, Param } from '@nestjs/common'
                import { HttpService } from '@nestjs/axios'
                @Controller('places')
                export class PlacesController {
                  constructor(private readonly httpService: HttpService) {}
                  @Get(':id')
                  one(@Param('id') id: string) {
                    return this.httpService.get('https://api.example.org/' + id)
                  }
                }
            """,
        },
        ("service", "nest", "src/main.ts", 3300),
        paths("GET /places/:id"),
        frozenset({"PORT", "DATABASE_URL"}),
        ("postgres",),
        ("this.httpService.get",),
    ),
    "next": Case(
        {
            "package.json": manifest("next", "react", "@vercel/postgres", scripts={"start": "next start"}),
            "app/layout.tsx": "export default function L() { return null }\n",
            "app/api/places/route.ts": """
                import { sql } from '@vercel/postgres'
                export async function GET() {
                  return fetch(process.env.PLACES_URL + '/places')
                }
            """,
        },
        ("service", "next", "app/layout.tsx", 3000),
        paths("GET /api/places"),
        frozenset({"PLACES_URL"}),
        ("postgres",),
        ("fetch",),
        default_port=True,
    ),
    "remix": Case(
        {
            "package.json": manifest("@remix-run/react", "@remix-run/node", "mongoose"),
            "app/root.tsx": "export default function App() { return null }\n",
            "app/routes/places.$id.tsx": """
                import mongoose from 'mongoose'
                export async function loader() {
                  return fetch('https://api.example.org', { headers: { key: process.env.PLACES_KEY } })
                }
            """,
        },
        ("service", "remix", "app/root.tsx", 3000),
        paths("GET /places/:id"),
        frozenset({"PLACES_KEY"}),
        ("mongodb",),
        ("fetch",),
        default_port=True,
    ),
    "react-router": Case(
        {
            "package.json": manifest("@react-router/node", "react-router", "better-sqlite3", devDependencies={"@react-router/dev": "7"}),
            "app/root.tsx": "export default function App() { return null }\n",
            "app/routes/orders.tsx": """
                import Database from 'better-sqlite3'
                const file = process.env.DB_FILE
                export async function action() { return fetch('https://api.example.org/orders') }
                export default function Orders() { return null }
            """,
        },
        ("service", "react-router", "app/root.tsx", 3000),
        paths("GET,POST /orders"),
        frozenset({"DB_FILE"}),
        ("sqlite",),
        ("fetch",),
        default_port=True,
    ),
    "sveltekit": Case(
        {
            "package.json": manifest("pg", devDependencies={"@sveltejs/kit": "2", "svelte": "5", "vite": "7"}),
            "src/routes/+page.svelte": "<h1>Shop</h1>\n",
            "src/routes/api/places/+server.ts": """
                import pg from 'pg'
                import { PLACES_URL } from '$env/static/private'
                import { env } from '$env/dynamic/private'
                export async function GET() {
                  return fetch(PLACES_URL + env.PLACES_PATH)
                }
            """,
        },
        ("service", "sveltekit", "src/routes/+page.svelte", 3000),
        paths("GET /api/places"),
        frozenset({"PLACES_URL", "PLACES_PATH"}),
        ("postgres",),
        ("fetch",),
        default_port=True,
    ),
    "nuxt": Case(
        {
            "package.json": manifest("nuxt", "ioredis"),
            "app.vue": "<template><NuxtPage/></template>\n",
            "nuxt.config.ts": "export default defineNuxtConfig({ runtimeConfig: { placesKey: process.env.PLACES_KEY } })\n",
            "server/api/places.get.ts": """
                import Redis from 'ioredis'
                export default defineEventHandler(() => $fetch('https://api.example.org/places'))
            """,
        },
        ("service", "nuxt", "app.vue", 3000),
        paths("GET /api/places"),
        frozenset({"PLACES_KEY"}),
        ("redis",),
        ("$fetch",),
        default_port=True,
    ),
    "vite": Case(
        {
            "package.json": manifest("react", "react-dom", devDependencies={"vite": "7"}),
            "index.html": '<script type="module" src="/src/main.tsx"></script>\n',
            "src/main.tsx": "fetch(import.meta.env.VITE_API_URL + '/places')\n",
        },
        ("web", "react/vite", "src/main.tsx", 5173),
        environment=frozenset({"VITE_API_URL"}),
        default_port=True,
    ),
    "discord.js": Case(
        {
            "package.json": manifest("discord.js", "mongoose", "node-fetch"),
            "index.js": """
                import { Client } from 'discord.js'
                import mongoose from 'mongoose'
                import fetch from 'node-fetch'
                const client = new Client({ intents: [] })
                client.on('messageCreate', async () => fetch('https://api.example.org'))
                client.login(process.env.DISCORD_TOKEN)
            """,
        },
        ("bot", "discord.js", "index.js", None),
        environment=frozenset({"DISCORD_TOKEN"}),
        datastores=("mongodb",),
        unbounded=("fetch",),
    ),
}

GO_MOD = "module example.org/shop\n\ngo 1.24\n"
GO = {
    "net/http": Case(
        {
            "go.mod": GO_MOD,
            "main.go": """
                package main

                import (
                    "database/sql"
                    "net/http"
                    "os"

                    _ "github.com/lib/pq"
                )

                // rdb := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
                func main() {
                    db, _ := sql.Open("postgres", os.Getenv("DATABASE_URL"))
                    _ = db
                    http.HandleFunc("/places", places)
                    http.HandleFunc("POST /orders", places)
                    http.ListenAndServe(":8180", nil)
                }

                func places(w http.ResponseWriter, r *http.Request) {
                    http.Get("https://api.example.org/places")
                }
            """,
        },
        ("service", "net/http", "main.go", 8180),
        paths("ANY /places", "POST /orders"),
        frozenset({"DATABASE_URL"}),
        ("postgres",),
        ("http.Get",),
    ),
    **{
        name: Case(
            {
                "go.mod": GO_MOD,
                "main.go": f"""
                    package main

                    import (
                        "net/http"
                        "os"

                        "{package}"
                        "go.mongodb.org/mongo-driver/mongo"
                    )

                    func main() {{
                        port := os.Getenv("SHOP_PORT")
                        if port == "" {{
                            port = "8190"
                        }}
                        app := {make}
                        api := {group}
                        {route}
                        {start}
                    }}

                    func places() {{
                        client := &http.Client{{}}
                        client.Get("https://api.example.org/places")
                        mongo.NewClient(nil)
                    }}
                """,
            },
            ("service", name, "main.go", 8190),
            paths("GET /api/places/:id" if name in ("gin", "echo", "fiber") else "GET /api/places/{id}"),
            frozenset({"SHOP_PORT"}),
            ("mongodb",),
            ("client.Get",),
        )
        for name, package, make, group, route, start in (
            ("gin", "github.com/gin-gonic/gin", "gin.Default()", 'app.Group("/api")', 'api.GET("/places/:id", one)', 'app.Run(":" + port)'),
            ("echo", "github.com/labstack/echo/v4", "echo.New()", 'app.Group("/api")', 'api.GET("/places/:id", one)',
             'app.Logger.Fatal(app.Start(":" + port))'),
            ("fiber", "github.com/gofiber/fiber/v2", "fiber.New()", 'app.Group("/api")', 'api.Get("/places/:id", one)',
             'log.Fatal(app.Listen(":" + port))'),
            ("chi", "github.com/go-chi/chi/v5", "chi.NewRouter()", "app",
             'app.Route("/api", func(api chi.Router) { api.Get("/places/{id}", one) })', 'http.ListenAndServe(":"+port, app)'),
            ("gorilla", "github.com/gorilla/mux", "mux.NewRouter()", 'app.PathPrefix("/api").Subrouter()',
             'api.HandleFunc("/places/{id}", one).Methods("GET")', 'http.ListenAndServe(":"+port, app)'),
        )
    },
}  # fmt: skip

JVM = {
    "spring-boot": Case(
        {
            "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>\n"
            "<artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>\n",
            "src/main/resources/application.properties": "server.port=8088\nspring.datasource.url=jdbc:mysql://db/shop\n"
            "spring.datasource.password=${DB_PASSWORD}\n",
            "src/main/java/shop/Shop.java": """
                package shop;
                @SpringBootApplication
                public class Shop {
                  public static void main(String[] args) { SpringApplication.run(Shop.class, args); }
                }
            """,
            "src/main/java/shop/Places.java": """
                package shop;
                @RestController
                @RequestMapping("/api")
                public class Places {
                  private final RestTemplate restTemplate = new RestTemplate();
                  // @GetMapping("/gone")
                  @GetMapping("/places/{id}")
                  public String one(@PathVariable String id) {
                    return restTemplate.getForObject("https://api.example.org/" + id, String.class);
                  }
                  @RequestMapping(value = "/orders", method = RequestMethod.POST)
                  public String order() { return ""; }
                }
            """,
        },
        ("service", "spring-boot", "src/main/java/shop/Shop.java", 8088),
        paths("GET /api/places/{id}", "POST /api/orders"),
        frozenset({"DB_PASSWORD"}),
        ("mysql",),
        ("restTemplate.getForObject",),
    ),
    "spring-boot-kotlin": Case(
        {
            "build.gradle.kts": 'plugins { id("org.springframework.boot") version "3.5.0" }\n'
            'dependencies {\n    implementation("org.postgresql:postgresql:42.7.3")\n    runtimeOnly("com.h2database:h2")\n}\n',
            "src/main/resources/application.yml": "server:\n  port: ${SERVER_PORT:8087}\n",
            "src/main/kotlin/shop/Shop.kt": """
                package shop
                @SpringBootApplication
                class Shop
                fun main(args: Array<String>) { runApplication<Shop>(*args) }
            """,
            "src/main/kotlin/shop/Places.kt": """
                package shop

                @RestController
                @RequestMapping("/api")
                class Places(val repository: Places) {
                    @GetMapping("/places/{id}")
                    fun one(@PathVariable id: Int): String = ""

                    @PostMapping(value = ["/orders"])
                    fun order(): String = ""
                }
            """,
        },
        ("service", "spring-boot", "src/main/kotlin/shop/Shop.kt", 8087),
        paths("GET /api/places/{id}", "POST /api/orders"),
        frozenset({"SERVER_PORT"}),
        ("postgres",),
    ),
    "sparkjava": Case(
        {
            "build.gradle": "dependencies { implementation 'com.sparkjava:spark-core:2.9.4' }\n",
            "src/main/java/Main.java": """
                import static spark.Spark.*;
                import redis.clients.jedis.Jedis;
                public class Main {
                  public static void main(String[] args) {
                    port(4599);
                    get("/places", (request, response) -> read());
                    String key = System.getenv("PLACES_KEY");
                  }
                  static String read() throws Exception {
                    return new java.net.URL("https://api.example.org").openConnection().toString();
                  }
                }
            """,
        },
        ("service", "sparkjava", "src/main/java/Main.java", 4599),
        paths("GET /places"),
        frozenset({"PLACES_KEY"}),
        ("redis",),
        ('new java.net.URL("https://api.example.org").openConnection',),
        manager="gradle",
    ),
    "micronaut": Case(
        {
            "build.gradle": 'plugins { id("io.micronaut.application") version "4.5.0" }\n',
            "src/main/resources/application.yml": "micronaut:\n  server:\n    port: 8077\ndatasources:\n  default:\n"
            "    url: jdbc:postgresql://${DB_HOST:localhost}/shop\n",
            "src/main/java/shop/Application.java": """
                package shop;
                public class Application {
                  public static void main(String[] args) { Micronaut.run(Application.class, args); }
                }
            """,
            "src/main/java/shop/Places.java": """
                package shop;
                @Controller("/places")
                public class Places {
                  @Get("/{id}")
                  public String one(String id) { return id; }
                }
            """,
        },
        ("service", "micronaut", "src/main/java/shop/Application.java", 8077),
        paths("GET /places/{id}"),
        frozenset({"DB_HOST"}),
        ("postgres",),
        manager="gradle",
    ),
    "quarkus": Case(
        {
            "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>\n<groupId>io.quarkus</groupId>"
            "<artifactId>quarkus-rest</artifactId></dependency></dependencies></project>\n",
            "src/main/resources/application.properties": "quarkus.http.port=8066\nquarkus.datasource.password=${DB_PASSWORD}\n"
            "quarkus.datasource.jdbc.url=jdbc:postgresql://db/shop\n",
            "src/main/java/shop/Places.java": """
                package shop;
                import jakarta.ws.rs.GET;
                import jakarta.ws.rs.Path;
                @Path("/places")
                public class Places {
                  @GET
                  @Path("/{id}")
                  public String one(String id) { return id; }
                }
            """,
        },
        ("service", "quarkus", None, 8066),
        paths("GET /places/{id}"),
        frozenset({"DB_PASSWORD"}),
        ("postgres",),
    ),
    "ktor": Case(
        {
            "build.gradle.kts": 'dependencies { implementation("io.ktor:ktor-server-netty:3.0.0") }\n',
            "src/main/kotlin/Main.kt": """
                import io.ktor.server.engine.*
                import redis.clients.jedis.Jedis
                fun main() {
                    val key = System.getenv("PLACES_KEY")
                    embeddedServer(Netty, port = 8055) {
                        routing { get("/places") { } }
                    }.start(wait = true)
                }
            """,
        },
        ("service", "ktor", "src/main/kotlin/Main.kt", 8055),
        paths("GET /places"),
        frozenset({"PLACES_KEY"}),
        ("redis",),
    ),
}

JVM |= {
    "javalin": Case(
        {
            "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency>\n<groupId>io.javalin</groupId>"
            "<artifactId>javalin</artifactId></dependency></dependencies></project>\n",
            "src/main/java/Main.java": """
                import io.javalin.Javalin;
                import static io.javalin.apibuilder.ApiBuilder.*;
                import com.mongodb.client.MongoClients;
                public class Main {
                  public static void main(String[] args) {
                    String mongo = System.getenv("MONGO_URL");
                    Javalin app = Javalin.create(config -> config.router.apiBuilder(() -> {
                      path("/api", () -> post("/orders", OrderController::add));
                    }));
                    // app.get("/gone", ctx -> ctx.result(""));
                    app.get("/places/{id}", ctx -> ctx.result(read()));
                    app.start(7099);
                  }
                  static String read() {
                    return java.net.http.HttpClient.newHttpClient().toString() + client.send(null, null);
                  }
                }
            """,
        },
        ("service", "javalin", "src/main/java/Main.java", 7099),
        paths("GET /places/{id}", "POST /api/orders"),
        frozenset({"MONGO_URL"}),
        ("mongodb",),
        ("client.send",),
    ),
    "javalin-kotlin": Case(
        {
            "build.gradle.kts": 'dependencies { implementation("io.javalin:javalin:6.3.0") }\n',
            "src/main/kotlin/Main.kt": """
                import io.javalin.Javalin
                import redis.clients.jedis.Jedis
                fun main() {
                    val key = System.getenv("PLACES_KEY") ?: "none"
                    val app = Javalin.create().start(7098)
                    app.get("/places") { ctx -> ctx.result("") }
                    app.post("/orders", Orders::add)
                }
            """,
        },
        ("service", "javalin", "src/main/kotlin/Main.kt", 7098),
        paths("GET /places", "POST /orders"),
        frozenset({"PLACES_KEY"}),
        ("redis",),
    ),
    "quarkus-kotlin": Case(
        {
            "build.gradle.kts": 'plugins { id("io.quarkus") version "3.15.0" }\n',
            "src/main/resources/application.properties": "quarkus.http.port=8065\nquarkus.datasource.jdbc.url=jdbc:postgresql://db/shop\n",
            "src/main/kotlin/shop/Places.kt": """
                package shop
                import jakarta.ws.rs.GET
                import jakarta.ws.rs.Path
                @Path("/places")
                class Places {
                    @GET
                    @Path("/{id}")
                    fun one(id: String) = System.getenv("PLACES_KEY")
                }
            """,
        },
        ("service", "quarkus", None, 8065),
        paths("GET /places/{id}"),
        frozenset({"PLACES_KEY"}),
        ("postgres",),
    ),
    "micronaut-kotlin": Case(
        {
            "build.gradle.kts": 'plugins { id("io.micronaut.application") version "4.5.0" }\n',
            "src/main/resources/application.yml": "micronaut:\n  server:\n    port: 8076\n",
            "src/main/kotlin/shop/Application.kt": """
                package shop
                fun main(args: Array<String>) { Micronaut.run(*args) }
            """,
            "src/main/kotlin/shop/Places.kt": """
                package shop
                import com.mongodb.client.MongoClients
                @Controller("/places")
                class Places {
                    @Get("/{id}")
                    fun one(id: String): String = URL("https://api.example.org").readText()
                }
            """,
        },
        ("service", "micronaut", "src/main/kotlin/shop/Application.kt", 8076),
        paths("GET /places/{id}"),
        datastores=("mongodb",),
        unbounded=('URL("https://api.example.org").readText',),
    ),
}

OTHERS = {
    "rails": Case(
        {
            "Gemfile": "source 'https://rubygems.org'\ngem 'rails', '~> 8'\ngem 'pg'\n",
            "config.ru": "run Rails.application\n",
            "config/puma.rb": 'port ENV.fetch("PORT", 3055)\n',
            "config/database.yml": "production:\n  adapter: postgresql\n  password: <%= ENV['DB_PASSWORD'] %>\n",
            "config/routes.rb": """
                Rails.application.routes.draw do
                  # get "/gone", to: "places#gone"
                  namespace :api do
                    resources :places
                  end
                  get "/up", to: "health#show"
                end
            """,
            "app/models/place.rb": "class Place\n  def read\n    HTTP.get('https://api.example.org')\n  end\nend\n",
        },
        ("service", "rails", "config.ru", 3055),
        paths("GET,POST /api/places", "DELETE,GET,PATCH /api/places/:id", "GET /up"),
        frozenset({"PORT", "DB_PASSWORD"}),
        ("postgres",),
        ("HTTP.get",),
    ),
    "sinatra": Case(
        {
            "Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\ngem 'redis'\n",
            "config.ru": "require './app'\nrun Sinatra::Application\n",
            "app.rb": """
                require 'sinatra'
                require_relative 'places'
                # set :port, 6379
                set :port, 4600
                set :key, ENV['places_key']
            """,
            "places.rb": "get '/places/:id' do\n  HTTP.get('https://api.example.org')\nend\n",
        },
        ("service", "sinatra", "config.ru", 4600),
        paths("GET /places/:id"),
        frozenset({"places_key"}),
        ("redis",),
        ("HTTP.get",),
    ),
    "axum": Case(
        {
            "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\naxum = "0.8"\nsqlx = "0.8"\nreqwest = "0.12"\n',
            "Cargo.lock": "",
            "src/main.rs": """
                use axum::{routing::get, Router};
                use sqlx::PgPool;

                #[tokio::main]
                async fn main() {
                    let url = std::env::var("DATABASE_URL").unwrap();
                    let pool = PgPool::connect(&url).await.unwrap();
                    // let app = Router::new().route("/gone", get(gone));
                    let app = Router::new().nest("/api", places());
                    let listener = tokio::net::TcpListener::bind("0.0.0.0:3456").await.unwrap();
                    axum::serve(listener, app).await.unwrap();
                }

                fn places() -> Router {
                    Router::new().route("/places/{id}", get(one))
                }

                async fn one() -> String {
                    reqwest::get("https://api.example.org").await.unwrap().text().await.unwrap()
                }
            """,
        },
        ("service", "axum", "src/main.rs", 3456),
        paths("GET /api/places/{id}"),
        frozenset({"DATABASE_URL"}),
        ("postgres",),
        ("reqwest::get",),
    ),
    "actix-web": Case(
        {
            "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\nactix-web = "4"\n',
            "Cargo.lock": "",
            "src/main.rs": """
                use actix_web::{get, web, App, HttpServer};

                #[get("/health")]
                async fn health() -> &'static str { "ok" }

                pub fn config(cfg: &mut web::ServiceConfig) {
                    cfg.service(health)
                        .route("/places", web::get().to(list))
                        .service(web::resource("/orders/{id}").route(web::delete().to(cancel)));
                    cfg.service(web::scope("/v1").route("/orders", web::post().to(order)));
                }

                #[actix_web::main]
                async fn main() -> std::io::Result<()> {
                    let redis = redis::Client::open(std::env::var("REDIS_URL").unwrap());
                    HttpServer::new(|| App::new().configure(config)).bind(("127.0.0.1", 8044))?.run().await
                }
            """,
        },
        ("service", "actix-web", "src/main.rs", 8044),
        paths("GET /health", "GET /places", "DELETE /orders/{id}", "POST /v1/orders"),
        frozenset({"REDIS_URL"}),
        ("redis",),
    ),
    "rocket": Case(
        {
            "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\nrocket = "0.5"\nrusqlite = "0.32"\n',
            "Cargo.lock": "",
            "Rocket.toml": "[default]\nport = 8033\n",
            "src/main.rs": """
                #[macro_use] extern crate rocket;
                use rusqlite::Connection;

                #[get("/places/<id>")]
                fn one(id: u32) -> String { std::env::var("SHOP_NAME").unwrap() }

                #[launch]
                fn rocket() -> _ { rocket::build().mount("/api", routes![one]) }
            """,
        },
        ("service", "rocket", "src/main.rs", 8033),
        paths("GET /api/places/<id>"),
        frozenset({"SHOP_NAME"}),
        ("sqlite",),
    ),
    "laravel": Case(
        {
            "composer.json": json.dumps({"type": "project", "require": {"php": "^8.4", "laravel/framework": "^12"}}),
            "composer.lock": "{}",
            "public/index.php": "<?php\n",
            "config/database.php": "<?php\nreturn ['default' => env('DB_CONNECTION', 'mysql')];\n",
            "routes/api.php": """
                <?php
                use Illuminate\\Support\\Facades\\Route;
                // Route::get('/gone', [PlaceController::class, 'gone']);
                Route::get('/places/{id}', [PlaceController::class, 'show']);
                Route::prefix('v1')->group(function () {
                    Route::post('/orders', [OrderController::class, 'store']);
                });
                Route::apiResource('menus', MenuController::class);
            """,
        },
        ("service", "laravel", "public/index.php", 8000),
        paths("GET /api/places/{id}", "POST /api/v1/orders", "GET,POST /api/menus", "DELETE,GET,PATCH,PUT /api/menus/{menu}"),
        frozenset({"DB_CONNECTION"}),
        ("mysql",),
        default_port=True,
    ),
    "aspnetcore": Case(
        {
            "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>'
            "</Project>\n",
            "Program.cs": """
                var builder = WebApplication.CreateBuilder(args);
                var key = Environment.GetEnvironmentVariable("PLACES_KEY");
                builder.Services.AddDbContext<Shop>(options => options.UseNpgsql("..."));
                var app = builder.Build();
                // app.MapGet("/gone", () => "");
                app.MapGet("/places", () => "ok");
                app.Run("http://0.0.0.0:5099");
            """,
            "OrdersController.cs": """
                [ApiController]
                [Route("api/[controller]")]
                public class OrdersController : ControllerBase
                {
                    // [HttpGet("gone")]
                    [HttpPost("{id}")]
                    public IActionResult Create(int id) => Ok();
                }
            """,
        },
        ("service", "aspnetcore", "Program.cs", 5099),
        paths("GET /places", "POST /api/orders/{id}"),
        frozenset({"PLACES_KEY"}),
        ("postgres",),
    ),
}

OTHERS |= {
    "aspnetcore-minimal": Case(
        {
            "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>'
            "</Project>\n",
            "Program.cs": """
                using StackExchange.Redis;
                var builder = WebApplication.CreateBuilder(args);
                builder.WebHost.UseUrls("http://0.0.0.0:5098");
                var redis = ConnectionMultiplexer.Connect(Environment.GetEnvironmentVariable("REDIS_URL") ?? "redis");
                var app = builder.Build();
                var api = app.MapGroup("/api");
                api.MapGet("/places/{id}", (int id) => id).WithName("one").RequireAuthorization();
                api.MapPost("/orders", Orders.Make);
                app.Run();
            """,
        },
        ("service", "aspnetcore", "Program.cs", 5098),
        paths("GET /api/places/{id}", "POST /api/orders"),
        frozenset({"REDIS_URL"}),
        ("redis",),
    ),
    "static": Case({"index.html": "<h1>Shop</h1>\n", "style.css": "h1 { color: red }\n"}, ("static-site", None, "index.html", None)),
}

CASES = {**JAVASCRIPT, **GO, **JVM, **OTHERS}


_LANGUAGES = {
    **dict.fromkeys(JAVASCRIPT, "javascript"),
    **dict.fromkeys(("nest", "next", "remix", "react-router", "sveltekit", "nuxt", "vite"), "typescript"),
    **dict.fromkeys(GO, "go"), **dict.fromkeys(JVM, "java"), "spring-boot-kotlin": "kotlin", "ktor": "kotlin",
    "javalin-kotlin": "kotlin", "quarkus-kotlin": "kotlin", "micronaut-kotlin": "kotlin", "static": "html", "aspnetcore-minimal": "csharp",
    "rails": "ruby", "sinatra": "ruby", "axum": "rust", "actix-web": "rust", "rocket": "rust", "laravel": "php", "aspnetcore": "csharp",
}  # fmt: skip
_MANAGERS = {
    "javascript": "npm", "typescript": "npm", "go": "go", "java": "maven", "kotlin": "gradle", "ruby": "bundler", "rust": "cargo",
    "php": "composer", "csharp": "nuget",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_small_service_is(repo: Repo, name: str) -> None:
    case = CASES[name]
    language = case.language or _LANGUAGES[name]
    check(repo(files_of(case, language)), case, language, case.manager or _MANAGERS.get(language))
