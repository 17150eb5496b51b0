"""Every vendor's token formats, as data. Facts of the formats come from the vendors' documentation; one module a family."""

from __future__ import annotations

from prodify.inventory.secrets.rules import ai, cloud, code, data, keys, messaging, more_ai, more_cloud, more_formats, more_saas, payments

_FAMILIES = (keys, ai, cloud, code, payments, messaging, data, more_ai, more_cloud, more_formats, more_saas)
RULES = tuple(rule for family in _FAMILIES for rule in family.RULES)
"""All rules; of two that match the same text the earlier one wins."""
