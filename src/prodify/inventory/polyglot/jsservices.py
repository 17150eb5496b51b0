"""SDKs of services behind an HTTP API in JavaScript: to send a message, a mail or a payment is to call somebody else's server.

What connects a bot to its platform (discord.js, telegraf) is no such call, nor is a database behind one (firebase): those are told as
what the program is and where it keeps its data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Technology
from prodify.inventory.polyglot.javascript import LANGUAGES, server_side
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory

SERVICES: Mapping[str, str] = {
    "twilio": "twilio", "@sendgrid/mail": "sendgrid", "@sendgrid/client": "sendgrid", "@slack/web-api": "slack",
    "@slack/webhook": "slack", "stripe": "stripe", "mailgun.js": "mailgun", "mailgun-js": "mailgun", "postmark": "postmark",
    "resend": "resend", "@mailchimp/mailchimp_marketing": "mailchimp", "@mailchimp/mailchimp_transactional": "mailchimp",
    "@octokit/rest": "github", "@octokit/core": "github", "octokit": "github", "@octokit/graphql": "github",
    "@vonage/server-sdk": "vonage", "messagebird": "messagebird", "plivo": "plivo", "razorpay": "razorpay",
    "@paypal/checkout-server-sdk": "paypal", "@paypal/paypal-server-sdk": "paypal", "square": "square", "@line/bot-sdk": "line",
    "googleapis": "google", "@notionhq/client": "notion", "@hubspot/api-client": "hubspot", "algoliasearch": "algolia",
    "cloudinary": "cloudinary", "@googlemaps/google-maps-services-js": "google", "airtable": "airtable",
}  # fmt: skip
"""Packages, and whose API they call."""
_QUOTED = tuple(f"{quote}{name}{quote}" for name in SERVICES for quote in ("'", '"', "`"))


def services(repo: Inventory) -> Iterator[Technology]:
    """The service of every file on the server's side that imports its SDK; an import of types alone calls nobody."""
    for language in LANGUAGES:
        for path in repo.syntax.sources(language, _QUOTED):
            place = next((place for place in repo.scripts.imports(path).loaded if place[0] in SERVICES), None)
            if place is not None and server_side(repo, path):
                yield Technology(SERVICES[place[0]], Location(path, place[1]), f"imports {place[0]}")
