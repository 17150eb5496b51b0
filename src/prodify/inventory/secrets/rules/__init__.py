"""Every vendor's token formats, as data. Facts of the formats come from the vendors' documentation; one module a family."""

from __future__ import annotations

from prodify.inventory.secrets.rules import ai, cloud, code, data, keys, messaging, payments

RULES = (*keys.RULES, *ai.RULES, *cloud.RULES, *code.RULES, *payments.RULES, *messaging.RULES, *data.RULES)
"""All rules; of two that match the same text the earlier one wins."""
