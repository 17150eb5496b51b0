"""Packages of every ecosystem whose use means that a capability is there, by their registry names."""

from __future__ import annotations

OTEL = (
    "opentelemetry-api", "opentelemetry-sdk", "opentelemetry-distro", "@opentelemetry/api", "@opentelemetry/sdk-node",
    "go.opentelemetry.io/otel", "opentelemetry", "io.opentelemetry:opentelemetry-api", "opentelemetry_sdk", "open-telemetry/sdk",
    "OpenTelemetry", "io.quarkus:quarkus-opentelemetry", "io.opentelemetry.instrumentation:opentelemetry-spring-boot-starter",
    "io.micrometer:micrometer-tracing-bridge-otel",
)  # fmt: skip
"""Packages for traces."""

METRICS = (
    "prometheus-client", "prometheus-flask-exporter", "prometheus-fastapi-instrumentator", "starlette-exporter",
    "django-prometheus", "starlette-prometheus", "aioprometheus", "prom-client", "express-prom-bundle", "fastify-metrics",
    "github.com/prometheus/client_golang", "prometheus", "prometheus-net.AspNetCore", "micrometer-registry-prometheus",
    "io.micrometer:micrometer-registry-prometheus", "statsd", "datadog", "hot-shots", "dd-trace", "ddtrace",
    "metrics-exporter-prometheus", "yabeda", "prometheus-exporter", "io.quarkus:quarkus-micrometer-registry-prometheus",
    "io.micronaut.micrometer:micronaut-micrometer-registry-prometheus",
)  # fmt: skip
"""Packages for metrics."""

LOGS = (
    "structlog", "python-json-logger", "pythonjsonlogger", "json-logging", "ecs-logging", "logfmter", "pino", "pino-http",
    "winston", "bunyan", "go.uber.org/zap", "github.com/rs/zerolog", "github.com/sirupsen/logrus", "tracing-subscriber", "Serilog",
    "Serilog.AspNetCore", "logstash-logback-encoder", "net.logstash.logback:logstash-logback-encoder", "lograge", "semantic_logger",
    "rails_semantic_logger", "nestjs-pino", "io.quarkus:quarkus-logging-json",
)  # fmt: skip
"""Packages for structured logs."""

HEALTH = (
    "org.springframework.boot:spring-boot-starter-actuator", "io.quarkus:quarkus-smallrye-health", "io.micronaut:micronaut-management",
    "@nestjs/terminus", "@godaddy/terminus", "lightship", "health_check", "okcomputer", "rails-healthcheck",
)  # fmt: skip
"""Packages that serve a health endpoint as soon as they are there, or whose only use is to make one."""

LIMITS = (
    "flask-limiter", "slowapi", "fastapi-limiter", "django-ratelimit", "django-axes", "limits", "aiolimiter", "express-rate-limit",
    "rate-limiter-flexible", "lambda-rate-limiter", "next-rate-limit", "connect-ratelimit", "koa2-ratelimit",
    "express-brute", "express-limiter", "fastify-rate-limit",
    "hono-rate-limiter", "elysia-rate-limit", "sveltekit-rate-limiter", "nuxt-api-shield", "nuxt-security", "@arcjet/node",
    "@arcjet/next", "graphql-rate-limit", "express-throttle", "nestjs-throttler", "nestjs-rate-limiter", "quart-rate-limiter",
    "sanic-limiter", "flask-ratelimiter", "fastapi-throttle", "@fastify/rate-limit", "@nestjs/throttler", "koa-ratelimit",
    "@upstash/ratelimit", "express-slow-down", "golang.org/x/time", "github.com/ulule/limiter", "github.com/didip/tollbooth",
    "rack-attack", "tower_governor", "actix-governor", "bucket4j", "com.bucket4j:bucket4j-core", "AspNetCoreRateLimit",
)  # fmt: skip
"""Packages for rate limits."""
