"""Formats that further vendors publish: chat hooks, developer tools, identity, streaming."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule
from prodify.inventory.secrets.rules.shapes import assigned, prefixed

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID_SHAPE = "{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}"
_TEAMS = f"{_UUID_SHAPE}@{_UUID_SHAPE}/IncomingWebhook/{{hex*32}}/{_UUID_SHAPE}"

RULES = (
    Rule(
        "teams-webhook",
        "Microsoft Teams webhook",
        ("/incomingwebhook/",),
        rf"https://[a-z0-9.-]{{0,60}}office\.com/webhook(?:b2)?/{_UUID}@{_UUID}/IncomingWebhook/[0-9a-f]{{32}}/{_UUID}",
        yes=(f"https://|outlook.office.com/webhook/{_TEAMS}", f"url: https://|team.webhook.office.com/webhookb2/{_TEAMS}"),
        no=("https://outlook.office.com/webhook/", f"https://outlook.office.com/webhook/{_UUID_SHAPE}/IncomingWebhook/{{hex*32}}"),
    ),
    Rule(
        "slack-workflow-webhook",
        "Slack workflow webhook",
        ("hooks.slack.com/workflows/",),
        r"https?://hooks\.slack\.com/workflows/T[A-Z0-9]{8,12}/A[A-Z0-9]{8,12}/[0-9]{16,19}/[A-Za-z0-9]{23,25}",
        yes=(
            "https://|hooks.slack.com/workflows/T{UP*10}/A{UP*10}/{dig*18}/{b62*24}",
            "hook = 'https://|hooks.slack.com/workflows/T{UP*8}/A{UP*10}/{dig*18}/{b62*24}'",
        ),
        no=("https://hooks.slack.com/workflows/T{UP*10}/A{UP*10}", "https://hooks.slack.com/workflows/TXXXXXXXX/AXXXXXXXX/0/xxxx"),
    ),
    Rule(
        "sourcegraph-token",
        "Sourcegraph token",
        ("sgp_",),
        r"sgp_(?:(?:[0-9A-Fa-f]{16}|local)_)?[0-9A-Fa-f]{40}",
        yes=("sgp_|{hex*40}", "sgp_|{hex*16}_{hex*40}", "token: sgp_|local_{HEX*40}"),
        no=("sgp_{hex*20}", "sgp_local_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ),
    Rule(
        "onepassword-secret-key",
        "1Password secret key",
        ("a3-",),
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
        yes=("A3-|{UP*6}-{UP*11}-{UP*5}-{UP*5}-{UP*5}", "key: A3-|{UP*6}-{UP*6}-{UP*5}-{UP*5}-{UP*5}-{UP*5}"),
        no=("A3-{UP*6}-{UP*5}", "A3-XXXXXX-XXXXXXXXXXX-XXXXX-XXXXX-XXXXX"),
    ),
    Rule(
        "salesforce-session",
        "Salesforce session id",
        ("00d",),
        r"00D[A-Za-z0-9]{12}![A-Za-z0-9._]{80,120}",
        3.8,
        yes=("00D|{b62*12}!{b62*96}", "sid = '00D|{b62*12}!{b62*80}'"),
        no=("00D{b62*12}!{b62*20}", "00D{b62*12}"),
    ),
    Rule(
        "truenas-key",
        "TrueNAS key",
        ("login_with_api_key",),
        r"auth\.login_with_api_key[\"'\s,:a-z\[]{0,48}([0-9]{1,6}-[A-Za-z0-9]{64})",
        3.8,
        near=True,
        yes=('auth.login_with_api_key", "params": ["|{dig*1}-{b62*64}"', "auth.login_with_api_key '|{dig*2}-{b62*64}'"),
        no=("auth.login_with_api_key {dig*1}-{b62*20}", "auth.login_with_api_key($KEY)"),
    ),
    Rule(
        "okta-api-token",
        "Okta API token",
        ("ssws",),
        r"SSWS[ +](00[A-Za-z0-9_-]{40})",
        3.8,
        near=True,
        yes=("Authorization: SSWS 00|{b62*40}", "'SSWS 00|{b64u*39}k'"),
        no=("SSWS 00{b62*12}", "SSWS ${OKTA_TOKEN}"),
    ),
    prefixed("openshift-token", "OpenShift token", "sha256~{b64u*43}", entropy=3.8),
    prefixed("twitch-stream-key", "Twitch stream key", "live_{dig*8-10}_{b62*30}", entropy=3.5),
    prefixed("dependency-track-key", "Dependency-Track key", "odt_{b62*32-36}", entropy=3.5),
    prefixed("adafruit-key", "Adafruit IO key", "aio_{b62*28}", entropy=3.5),
    prefixed("intra42-secret", "42 intranet secret", "s-s4t2ud-{hex*64}"),
    prefixed("intra42-app-secret", "42 intranet secret", "s-s4t2af-{hex*64}"),
    assigned("sonar-login", "SonarQube token", "sonar", "{hex*40}"),
)
