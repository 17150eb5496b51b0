# Written by prodify (recipe suspend); yours to edit, upgrades merge.
"""Suspends development and staging when the budget is nearly used up, and resumes them when a new month begins.

Production is never touched: only what carries the label `environment` (or `env`) dev, development or staging is, and of that nothing
with the label `suspend` = never. A second run finds nothing left to do. Budgets lag by hours: this limits the damage, it is no cap.

Settings, from the environment:
  SUSPEND_APPLY      "true" to act; anything else only says what would be done
  SUSPEND_PERCENT    share of the budget, in percent, from which on it acts (default {= suspend_percent =})
  SLACK_WEBHOOK_URL  where to tell people; empty for nowhere
"""

import json
import math
import os
import urllib.request
from datetime import datetime, timezone

import cloud

SUSPEND_PERCENT = "{= suspend_percent =}"
ENVIRONMENTS = ("dev", "development", "staging")
VERBS = {"suspend": "Suspended", "resume": "Resumed"}

_told = None


def main(event, context=None):
    """Entry point: takes a notification of the budget, or {"action": "resume"} from the monthly schedule. Returns the audit record."""
    apply = os.environ.get("SUSPEND_APPLY", "").strip().lower() == "true"
    action, cause = decide(cloud.message_of(event), float(os.environ.get("SUSPEND_PERCENT") or SUSPEND_PERCENT))
    record = run(action, cause, cloud.kinds(), apply)
    # One line of JSON on standard output: the platform keeps it as the audit log.
    print(json.dumps(record, sort_keys=True), flush=True)
    tell(record, os.environ.get("SLACK_WEBHOOK_URL", ""))
    return record


def decide(message, percent):
    """What a message asks for, and why: "suspend", "resume" or "nothing". Raises ValueError for a message that says neither."""
    if message.get("action") in VERBS:
        return message["action"], str(message.get("cause") or "asked for")
    cost, budget = message.get("costAmount"), message.get("budgetAmount")
    if not (is_amount(cost) and is_amount(budget)) or budget <= 0:
        raise ValueError("the message holds no amounts: nothing is done without knowing what was spent")
    spent = cost / budget * 100
    return ("suspend" if spent >= percent else "nothing"), f"{spent:.0f} % of the budget is used, the limit is {percent:g} %"


def is_amount(value):
    """Whether a value is a number of dollars."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def may_be_touched(labels):
    """Whether labels name an environment that may sleep, contradict each other nowhere, and do not forbid it."""
    named = [labels[key].lower() for key in ("environment", "env") if labels.get(key)]
    return bool(named) and all(name in ENVIRONMENTS for name in named) and labels.get("suspend", "").lower() != "never"


def run(action, cause, kinds, apply):
    """Suspend or resume what may be; what fails is recorded and the rest goes on.

    `kinds` have a `name`, `list()` of resources with name, labels, running and suspended (by this function), `suspend(resource)` and
    `resume(resource)`.
    """
    changed, failed = [], []
    for kind in kinds if action in VERBS else ():
        try:
            found = list(kind.list())
        except Exception as error:
            failed.append(f"{kind.name}: {type(error).__name__}: {error}"[:300])
            continue
        for resource in found:
            wanted = resource.running if action == "suspend" else resource.suspended
            if not wanted or not may_be_touched(resource.labels):
                continue
            try:
                if apply:
                    getattr(kind, action)(resource)
                changed.append(f"{kind.name} {resource.name}")
            except Exception as error:
                failed.append(f"{kind.name} {resource.name}: {type(error).__name__}: {error}"[:300])
    return {
        "audit": "budget-suspend",
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "severity": "ERROR" if failed else "NOTICE" if changed else "INFO",
        "action": action,
        "cause": cause,
        "dry_run": not apply,
        "resources": changed,
        "failed": failed,
    }


def tell(record, webhook):
    """Post what was done to Slack. Once: budgets send the same news every half hour. A failure is logged and changes nothing."""
    global _told
    news = (record["action"], record["dry_run"], tuple(record["resources"]), tuple(record["failed"]))
    if not webhook.startswith("https://") or not (record["resources"] or record["failed"]) or news == _told:
        return
    verb = VERBS[record["action"]] if not record["dry_run"] else f"Dry run: would {record['action']}"
    lines = [f"{verb} ({record['cause']}):", *(f"• {name}" for name in record["resources"]), *(f"✗ {what}" for what in record["failed"])]
    body = json.dumps({"text": "\n".join(lines)}).encode()
    request = urllib.request.Request(webhook, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10):  # nosec B310 - https alone, checked above
            _told = news
    except Exception as error:
        # Not the error's own text: it may hold the address, and the address is a secret.
        print(json.dumps({"severity": "WARNING", "message": f"Slack was not told: {type(error).__name__}"}), flush=True)
