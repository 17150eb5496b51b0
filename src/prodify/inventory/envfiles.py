"""Example files of environment variables, and which variables a platform sets by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from prodify.inventory import Inventory

EXAMPLE_FILES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    ".env.defaults",
    "env.example",
    "example.env",
    "sample.env",
    "template.env",
    "*.example.env",
    "*.sample.env",
    "*.template.env",
    ".sample_env",
    ".example_env",
    ".sample-env",
    ".example-env",
    ".sample.env",
    ".example.env",
    "env_example",
    "env_sample",
    "env-example",
    "dotenv.example",
    "*.env.example",
    "*.env.sample",
    "*.env.template",
    ".env.*.example",
    ".env.*.sample",
    ".env.*.template",
    ".env.*-example",
    ".env.*-sample",
    ".env.*-template",
    "env.sample",
    "env.template",
    ".envrc.example",
    ".envtemplate",
    ".env-template",
    ".env-example",
    ".env-sample",
    ".env_example",
    ".env_sample",
    ".env_template",
)
"""Names of files that list variables without real values."""

_NAME = lazy(r"^[ \t]*+#?[ \t]*+(?:export[ \t]++)?([A-Za-z_][A-Za-z0-9_]*+)[ \t]*+(?:=|:?[ \t]*+\r?$)", re.MULTILINE)
_SET_BY_TERRAFORM = re.compile(r"^[ \t]*\"?([A-Z][A-Z0-9_]{2,})\"?[ \t]*=", re.MULTILINE)
_PLATFORM = frozenset(
    (
        "PORT HOST HOSTNAME HOME PATH USER PWD SHELL TERM TZ LANG LC_ALL TMPDIR TEMP TMP CI NODE_ENV PYTHONPATH "
        "PYTHONUNBUFFERED FLASK_APP FLASK_ENV FLASK_DEBUG DJANGO_SETTINGS_MODULE GAE_ENV K_SERVICE K_REVISION DYNO VERCEL "
        "VERCEL_ENV VERCEL_URL RENDER WEB_CONCURRENCY FORWARDED_ALLOW_IPS NO_COLOR KUBERNETES_SERVICE_HOST "
        "BUNDLE_GEMFILE PIDFILE RAILS_LOG_LEVEL RAILS_LOG_TO_STDOUT RAILS_MAX_THREADS RAILS_MIN_THREADS RAILS_SERVE_STATIC_FILES "
        "JOB_CONCURRENCY SOLID_QUEUE_IN_PUMA "
        "AWS_LAMBDA_FUNCTION_NAME GITHUB_ACTIONS RAILS_ENV RACK_ENV PUBLIC_URL BASE_URL PYTEST_CURRENT_TEST DEBUG "
        "XDG_CACHE_HOME XDG_CONFIG_HOME APPDATA LISTEN_PID LISTEN_FDS NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID INVOCATION_ID "
        "ASPNETCORE_ENVIRONMENT DOTNET_ENVIRONMENT ASPNETCORE_URLS "
        "SSL_CERT_FILE SSL_CERT_DIR PAGER EDITOR VISUAL COLUMNS LINES HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY "
    ).split()
)


_LARAVELS = lazy(
    r"(^|/)config/(app|auth|broadcasting|cache|concurrency|cors|database|filesystems|hashing|logging|mail|queue|reverb|sanctum|services"
    r"|session|view)\.php:(APP_(?!KEY$)|AUTH_|AWS_|BCRYPT_|BEANSTALKD_|BROADCAST_|CACHE_|DB_|DYNAMODB_|FILESYSTEM_|LOG_|MAIL(GUN)?_|MEMCACHED_"
    r"|MYSQL_ATTR_|PAPERTRAIL_|POSTMARK_|QUEUE_|REDIS_|RESEND_|REVERB_|SANCTUM_|SES_|SESSION_|SLACK_BOT_USER_|SQS_)"
)
"""What Laravel's skeleton reads in the settings that every project gets: its own example leaves most of it out."""


def is_skeletons(name: str, path: str) -> bool:
    """Whether a variable is one that a framework's skeleton reads in settings of its own, and documents itself.

    >>> is_skeletons("SESSION_STORE", "config/session.php"), is_skeletons("SHOP_NAME", "config/app.php")
    (True, False)
    """
    return _LARAVELS.search(f"{path}:{name}") is not None


def documented_variables(repo: Inventory) -> tuple[frozenset[str], tuple[Location, ...]]:
    """The names that example files list (in comments as well) or that Terraform sets, and the example files."""
    names: set[str] = set()
    places = []
    for path in repo.files.select("*.tf"):
        names.update(_SET_BY_TERRAFORM.findall(repo.files.text(path) or ""))
    for path in repo.files.select(*EXAMPLE_FILES):
        names.update(_NAME.findall(repo.files.text(path) or ""))
        places.append(Location(path))
    return frozenset(names), tuple(places)


def is_platform_variable(name: str) -> bool:
    """Whether a platform or the operating system sets a variable, so that nobody has to.

    >>> is_platform_variable("PORT"), is_platform_variable("OPENAI_API_KEY")
    (True, False)
    """
    return name in _PLATFORM or name.startswith(("OTEL_", "npm_", "GITHUB_", "RUNNER_"))
