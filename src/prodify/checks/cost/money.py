"""What it costs, and what keeps it from costing more."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Audience, Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed

_BUDGETS = ("google_billing_budget", "aws_budgets_budget", "azurerm_consumption_budget_subscription", "azurerm_consumption_budget_resource_group")
_CAPS = re.compile(r"max_budget|daily_(cap|limit|budget)|token_(budget|quota|cap)|spend_(cap|limit)|DAILY_TOKEN|monthly_(cap|limit)", re.IGNORECASE)
_CACHES = ("functools.lru_cache", "functools.cache", "cachetools.*", "*.cached", "streamlit.cache_data", "*.memoize", "diskcache.*", "joblib.Memory")


@check(step=Step.COST, level=Level.WARNING, maturity=1, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="profile")
def budget_is_stated(repo: Inventory, profile: Profile) -> Verdict:
    """A monthly budget is stated.

    Why:
        Without a number nobody can say whether 300 dollars are too much, and no alert can be set.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="prodify.yaml"
        budget: {monthly_usd: 100}
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    blocks = [b for b in repo.terraform if b.kind in _BUDGETS]
    if profile.source("budget.monthly_usd") in ("stated", "set") or blocks:
        return passed(f"the budget is ${profile.budget.monthly_usd:g} a month", *(Location(p) for p in ("prodify.yaml", "prodify.yml", "pyproject.toml") if p in repo.files), *blocks)
    return failed("no budget is stated")


@check(step=Step.COST, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="budget")
def budget_alerts_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody is told at 50, 80 and 100 % of the budget.

    Why:
        Cloud bills arrive after the month; an alert at half of it arrives while something can still be done.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```hcl title="infra/budget.tf"
        resource "google_billing_budget" "app" {
          billing_account = var.billing_account
          amount {
            specified_amount { units = "200" }
          }
          threshold_rules { threshold_percent = 0.8 }
        }
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    blocks = [b for b in repo.terraform if b.kind in _BUDGETS]
    return passed("a budget with alerts is defined", *blocks) if blocks else failed("nothing tells anybody that the budget runs out")


@check(step=Step.COST, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="tags")
def resources_are_tagged(repo: Inventory, profile: Profile) -> Verdict:
    """Cloud resources carry tags.

    Why:
        The bill lists resources, not services: without tags nobody knows whose database costs 90 dollars.

    Fails:
        ```hcl title="infra/main.tf"
        resource "aws_db_instance" "main" {
          engine         = "postgres"
          instance_class = "db.t4g.micro"
        }
        ```

    Passes:
        ```hcl title="infra/main.tf"
        provider "aws" {
          default_tags {
            tags = { service = "app", owner = "team" }
          }
        }

        resource "aws_db_instance" "main" {
          engine         = "postgres"
          instance_class = "db.t4g.micro"
        }
        ```
    """
    resources = [b for b in repo.terraform if b.type == "resource" and b.kind.startswith(("aws_", "google_", "azurerm_")) and b.kind not in _BUDGETS]
    if not resources:
        return not_applicable("no cloud resource in Terraform")
    defaults = [b for b in repo.terraform if b.type == "provider" and ("default_labels" in b.attributes or b.block("default_tags") is not None)]
    if defaults:
        return passed("the provider tags everything", *defaults)
    taggable = [b for b in resources if not re.search(r"_(iam|policy|attachment|association|rule|route|member|binding|version|record|api|service)$|_iam_", b.kind)]
    bare = [b for b in taggable if not any(key in inner.attributes for inner in b.walk() for key in ("tags", "labels", "user_labels"))]
    return failed(f"{len(bare)} of {len(taggable)} resources carry no tag", *bare) if bare else passed("resources carry tags", *taggable[:5])


@check(step=Step.COST, level=Level.NOTE, maturity=4, audiences=(Audience.PUBLIC,), effort=Effort.HOURS, fixed_by="suspend")
def overspend_is_remediated(repo: Inventory, profile: Profile) -> Verdict:
    """Development and staging stop before the budget is gone.

    Why:
        An alert that arrives on Friday evening is read on Monday; what costs money and serves nobody can stop by itself.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```hcl title="infra/budget.tf"
        resource "aws_budgets_budget_action" "suspend" {
          budget_name = "app"
          action_type = "RUN_SSM_DOCUMENTS"
        }
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    blocks = [b for b in repo.terraform if b.kind == "aws_budgets_budget_action" or "suspend" in b.note]
    code = [Location(p) for p in repo.files.select("*suspend*.py", "*/suspend/*.py", "*suspend*.sh") if repo.files.entries[p].role.value == "production"]
    return passed("overspending stops what can be stopped", *blocks, *code) if blocks or code else failed("nothing stops when the budget runs out")


@check(step=Step.COST, level=Level.NOTE, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="staging-schedule")
def staging_scales_to_zero(repo: Inventory, profile: Profile) -> Verdict:
    """Staging sleeps when nobody uses it.

    Why:
        Nights and weekends are 128 of the week's 168 hours: three quarters of staging's bill buy nothing.

    Fails:
        ```yaml title="deploy/kubernetes/overlays/staging/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app, namespace: staging}
        spec:
          replicas: 2
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec: {containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]}
        ```

    Passes:
        ```yaml title="deploy/kubernetes/overlays/staging/schedule.yaml"
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: staging-sleep, namespace: staging}
        spec:
          schedule: "0 20 * * 1-5"
          jobTemplate:
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers:
                    - name: scale
                      image: ghcr.io/o/kubectl:1.37.0
                      command: [kubectl, scale, deploy/app, --replicas=0]
        ```
    """
    staging = [o for o in repo.kubernetes if "staging" in f"{o.path} {o.namespace or ''}".lower()]
    if not staging:
        return not_applicable("no staging environment")
    sleeping = [o for o in staging if o.kind == "CronJob" or o.kind == "ScaledObject" or o.annotations.get("autoscaling.knative.dev/minScale") == "0"]
    zero = [o for o in staging if o.replicas == 0]
    workflow = [Note(c.location, c.note) for p in repo.pipelines if "schedule" in p.triggers for c in p.commands if re.search(r"--replicas[= ]0|min-instances[= ]0", c.text)]
    return passed("staging sleeps", *sleeping, *zero, *workflow) if sleeping or zero or workflow else failed("staging runs day and night", *staging[:3])


@check(step=Step.COST, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(770,), fixed_by="llm-adapter")
def model_tokens_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Every model call limits the answer's tokens.

    Why:
        Output tokens are the dearest part; without a limit one prompt that makes the model ramble costs a hundred times the usual.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    endless = [Note(c.location, f"{c.name} without a limit") for c in repo.model_calls if not c.max_tokens]
    return failed("a model call limits nothing", *endless) if endless else passed("every model call limits its answer", *repo.model_calls)


@check(step=Step.COST, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(834,), hint="Ask once for all items (one prompt with a list), or cap how many items a request may have.")
def model_calls_are_not_in_loops(repo: Inventory, profile: Profile) -> Verdict:
    """A request makes a bounded number of model calls.

    Why:
        One call an item makes a list of forty restaurants cost forty calls, and take forty times as long.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def describe(places):
            return [client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": p}]) for p in places]
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def describe(places):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=900, messages=[{"role": "user", "content": "\\n".join(places)}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    looped = [Note(c.location, c.name) for c in repo.model_calls if c.in_loop]
    return failed("a model is called once an item", *looped) if looped else passed("no model call stands in a loop", *repo.model_calls)


@check(step=Step.COST, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(770,), fixed_by="llm-adapter")
def model_spend_is_capped(repo: Inventory, profile: Profile) -> Verdict:
    """What the model may cost a day is capped in the code.

    Why:
        A provider's limit lags by minutes and stops everybody; a cap of one's own stops the script that asks ten thousand questions.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        import os

        from openai import OpenAI

        client = OpenAI()
        DAILY_TOKEN_CAP = int(os.environ.get("DAILY_TOKEN_CAP", "200000"))
        used = 0

        def ask(question):
            if used > DAILY_TOKEN_CAP:
                return None
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    for language in ("python", "javascript", "typescript"):
        for path in repo.syntax.sources(language):
            for number, line in enumerate(repo.files.lines(path), 1):
                if _CAPS.search(line[:300]):
                    return passed("model spend is capped", Note(Location(path, number), "cap"))
    return failed("nothing caps what the model may cost", *repo.model_calls)


@check(step=Step.COST, level=Level.NOTE, maturity=3, effort=Effort.HOURS, fixed_by="llm-adapter")
def model_answers_are_cached(repo: Inventory, profile: Profile) -> Verdict:
    """Answers to the same question are cached.

    Why:
        Many questions repeat; a cached answer costs nothing and comes a hundred times faster.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from functools import lru_cache

        from openai import OpenAI

        client = OpenAI()

        @lru_cache(maxsize=500)
        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[{"role": "user", "content": question}])
        ```
    """
    if not repo.model_calls:
        return not_applicable("no model call was found")
    files = {c.location.path for c in repo.model_calls}
    decorated = [f for f in repo.python.functions(*_CACHES) if f.location.path in files]
    kept = [Location(p, n) for p in sorted(files) for n, line in enumerate(repo.files.lines(p), 1) if re.search(r"\bcache\b.*(\[|\.get\(|\.set\()", line)]
    found = [*(f.location for f in decorated), *kept[:1]]
    return passed("answers are cached", *found) if found else failed("every question is asked anew", *repo.model_calls)
