"""JavaScript and TypeScript frameworks by the package that a component depends on. Ports are the frameworks' documented defaults."""

from __future__ import annotations

from collections.abc import Mapping

from prodify.lazydata import dataclass


@dataclass(frozen=True, slots=True)
class NodeFramework:
    """`entries` are the files that make it start, best first, as glob-free paths from the root; `port` None: only what code says."""

    name: str
    kind: str
    port: int | None = None
    entries: tuple[str, ...] = ()


_EXTENSIONS = ("tsx", "jsx", "ts", "js", "mts", "mjs")


def _files(*stems: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{extension}" for stem in stems for extension in _EXTENSIONS)


META: Mapping[str, NodeFramework] = {
    "next": NodeFramework("next", "service", 3000, _files("src/app/layout", "app/layout", "src/pages/_app", "pages/_app", "src/pages/index",
                                                          "pages/index")),
    "@remix-run/react": NodeFramework("remix", "service", 3000, _files("server", "app/entry.server", "app/root")),
    "@react-router/dev": NodeFramework("react-router", "service", 3000, _files("server", "app/entry.server", "app/root")),
    "@tanstack/react-start": NodeFramework("tanstack-start", "service", 3000, _files("src/router", "app/router", "src/routes/__root")),
    "@sveltejs/kit": NodeFramework("sveltekit", "service", 3000, ("src/hooks.server.ts", "src/hooks.server.js", "src/routes/+layout.svelte",
                                                                  "src/routes/+page.svelte", "src/app.html")),
    "nuxt": NodeFramework("nuxt", "service", 3000, ("app/app.vue", "app.vue", "nuxt.config.ts", "nuxt.config.js", "pages/index.vue")),
    "@solidjs/start": NodeFramework("solid-start", "service", 3000, _files("src/entry-server", "src/app")),
    "@builder.io/qwik-city": NodeFramework("qwik", "service", 3000, _files("src/entry.ssr", "src/root")),
    "@nestjs/core": NodeFramework("nest", "service", 3000, ("src/main.ts", "main.ts", "apps/api/src/main.ts")),
    "@adonisjs/core": NodeFramework("adonis", "service", 3333, ("bin/server.ts", "server.ts", "server.js")),
    "@keystone-6/core": NodeFramework("keystone", "service", 3000, ("keystone.ts", "keystone.js")),
    "@midwayjs/core": NodeFramework("midway", "service", 7001, ("src/configuration.ts", "bootstrap.js")),
    "egg": NodeFramework("egg", "service", 7001, ("app.js", "app.ts", "app/router.js", "app/router.ts")),
    "@strapi/strapi": NodeFramework("strapi", "service", 1337, ("src/index.ts", "src/index.js", "config/server.ts", "config/server.js")),
    "@redwoodjs/api": NodeFramework("redwood", "service", 8911),
    "@medusajs/medusa": NodeFramework("medusa", "service", 9000),
    "astro": NodeFramework("astro", "static-site", 4321, ("src/pages/index.astro", "astro.config.mjs", "astro.config.ts")),
    "gatsby": NodeFramework("gatsby", "static-site", 8000, ("src/pages/index.js", "src/pages/index.tsx", "gatsby-config.js")),
    "@docusaurus/core": NodeFramework("docusaurus", "static-site", 3000, ("docusaurus.config.ts", "docusaurus.config.js")),
    "@11ty/eleventy": NodeFramework("eleventy", "static-site", 8080, ("eleventy.config.js", ".eleventy.js")),
    "vitepress": NodeFramework("vitepress", "static-site", 5173),
}  # fmt: skip
"""Frameworks that bring their own server or generator; the first found names the component."""

SERVERS: Mapping[str, NodeFramework] = {
    "express": NodeFramework("express", "service", 3000),
    "fastify": NodeFramework("fastify", "service", 3000),
    "koa": NodeFramework("koa", "service", 3000),
    "hono": NodeFramework("hono", "service", 3000),
    "@hapi/hapi": NodeFramework("hapi", "service", 3000),
    "hapi": NodeFramework("hapi", "service", 3000),
    "connect": NodeFramework("connect", "service", 3000),
    "micro": NodeFramework("micro", "service", 3000),
    "hyper-express": NodeFramework("hyper-express", "service", 3000),
    "uWebSockets.js": NodeFramework("uwebsockets", "service", 9001),
    "@loopback/rest": NodeFramework("loopback", "service", 3000),
    "moleculer-web": NodeFramework("moleculer", "service", 3000),
    "@trpc/server": NodeFramework("trpc", "service", 3000),
    "restify": NodeFramework("restify", "service", 8080),
    "polka": NodeFramework("polka", "service", 3000),
    "elysia": NodeFramework("elysia", "service", 3000),
    "h3": NodeFramework("h3", "service", 3000),
    "@apollo/server": NodeFramework("apollo", "service", 4000),
    "apollo-server": NodeFramework("apollo", "service", 4000),
    "graphql-yoga": NodeFramework("graphql-yoga", "service", 4000),
    "@feathersjs/feathers": NodeFramework("feathers", "service", 3030),
    "sails": NodeFramework("sails", "service", 1337),
    "json-server": NodeFramework("json-server", "service", 3000),
    "socket.io": NodeFramework("socket.io", "service", 3000),
    "ws": NodeFramework("ws", "service", 8080),
    "@grpc/grpc-js": NodeFramework("grpc", "service", 50051),
    "grpc": NodeFramework("grpc", "service", 50051),
    "@modelcontextprotocol/sdk": NodeFramework("mcp", "service", None),
}  # fmt: skip
"""Libraries that code makes a server with."""

BOTS: Mapping[str, NodeFramework] = {
    "discord.js": NodeFramework("discord.js", "bot"),
    "eris": NodeFramework("eris", "bot"),
    "telegraf": NodeFramework("telegraf", "bot"),
    "grammy": NodeFramework("grammy", "bot"),
    "oceanic.js": NodeFramework("oceanic.js", "bot"),
    "@discordjs/core": NodeFramework("discord.js", "bot"),
    "mineflayer": NodeFramework("mineflayer", "bot"),
    "matrix-bot-sdk": NodeFramework("matrix-bot-sdk", "bot"),
    "node-telegram-bot-api": NodeFramework("node-telegram-bot-api", "bot"),
    "@slack/bolt": NodeFramework("slack-bolt", "bot", 3000),
    "whatsapp-web.js": NodeFramework("whatsapp-web.js", "bot"),
    "@whiskeysockets/baileys": NodeFramework("baileys", "bot"),
    "tmi.js": NodeFramework("tmi.js", "bot"),
    "botbuilder": NodeFramework("botbuilder", "bot", 3978),
}

WORKERS: Mapping[str, NodeFramework] = {
    "bullmq": NodeFramework("bullmq", "worker"),
    "bull": NodeFramework("bull", "worker"),
    "agenda": NodeFramework("agenda", "worker"),
    "kafkajs": NodeFramework("kafkajs", "worker"),
    "amqplib": NodeFramework("amqplib", "worker"),
    "@temporalio/worker": NodeFramework("temporal", "worker"),
    "node-cron": NodeFramework("node-cron", "worker"),
}

LIBRARY_BASES = ("fastify-plugin", "express-async-handler", "rollup-plugin-utils", "eslint-utils")
"""Packages whose dependants are plug-ins; the first found names the library's framework."""

VIEWS: Mapping[str, str] = {
    "react": "react", "vue": "vue", "svelte": "svelte", "solid-js": "solid", "preact": "preact", "@angular/core": "angular", "lit": "lit",
    "alpinejs": "alpine", "jquery": "jquery",
}  # fmt: skip
"""View libraries of browser applications."""

BUILDERS: Mapping[str, tuple[str, int]] = {
    "vite": ("vite", 5173), "react-scripts": ("cra", 3000), "@vue/cli-service": ("vue-cli", 8080), "@angular/cli": ("", 4200),
    "@rsbuild/core": ("rsbuild", 3000), "parcel": ("parcel", 1234), "webpack-dev-server": ("webpack", 8080), "webpack": ("webpack", 8080),
    "expo": ("expo", 8081), "react-native": ("react-native", 8081), "@ionic/react": ("ionic", 8100),
}  # fmt: skip
"""Builders of browser applications with the port of their development server."""

BUILDER_COMMANDS: Mapping[str, str] = {
    "vite": "vite", "react-scripts": "react-scripts", "craco": "react-scripts", "vue-cli-service": "@vue/cli-service", "ng": "@angular/cli",
    "rsbuild": "@rsbuild/core", "parcel": "parcel", "expo": "expo",
}  # fmt: skip
"""The commands of those builders, for a manifest that starts one which is declared elsewhere: above it, or nowhere."""

WEB_ENTRIES = (*_files("src/main", "src/index", "main", "index", "src/App", "App"), "index.html", "public/index.html", "src/index.html")
SERVER_STEMS = ("server", "index", "app", "main", "bot", "worker", "start", "www")
