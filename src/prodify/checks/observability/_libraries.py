"""Libraries that several checks of this step look for."""

from __future__ import annotations

APM = (
    "ddtrace",
    "newrelic",
    "elastic-apm",
    "sentry-sdk",
    "@sentry/node",
    "dd-trace",
    "scout-apm",
    "honeycomb-opentelemetry",
    "logfire",
    "applicationinsights",
    "azure-monitor-opentelemetry",
)
