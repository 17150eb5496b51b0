"""Payments and shops."""

from __future__ import annotations

from prodify.inventory.secrets.rule import Rule, near

RULES = (
    Rule(
        "stripe-secret-key",
        "Stripe secret key",
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_", "sk_prod_", "rk_prod_"),
        r"[rs]k_(?:live|test|prod)_[A-Za-z0-9]{24,107}",
        3.3,
        yes=("sk_live_|{b62*24}", "rk_live_|{b62*99}"),
        no=("pk_live_{b62*24}", "sk_test_xxxxxxxxxxxxxxxxxxxxxxxx"),
    ),
    Rule(
        "stripe-webhook-secret",
        "Stripe webhook secret",
        ("whsec_",),
        r"whsec_[A-Za-z0-9+/]{32,64}",
        3.3,
        yes=("whsec_|{b62*32}", "STRIPE_WEBHOOK_SECRET=whsec_|{b62*40}"),
        no=("whsec_...", "whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ),
    Rule(
        "square-token",
        "Square token",
        ("eaaa", "sq0atp-", "sq0csp-"),
        r"(?:EAAA[A-Za-z0-9_-]{60}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43})",
        3.3,
        yes=("EAAA|{b62*60}", "sq0csp-|{b62*43}"),
        no=("EAAA{b62*9}", "sq0idp-{b62*22}"),
    ),
    Rule(
        "shopify-token",
        "Shopify token",
        ("shpat_", "shpca_", "shppa_", "shpss_"),
        r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
        yes=("shpat_|{hex*32}", "shpss_|{hex*32}"),
        no=("shpat_{hex*6}", "shpat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ),
    Rule(
        "razorpay-secret",
        "Razorpay key secret",
        ("razorpay",),
        near(r"razorpay[\w.-]{0,20}secret", r"[A-Za-z0-9]{20,28}"),
        3.3,
        near=True,
        structure="mixed",
        yes=("RAZORPAY_KEY_SECRET=|{b62*24}", "razorpay_secret: '|{b62*24}'"),
        no=("RAZORPAY_KEY_ID=rzp_test_{b62*14}", "RAZORPAY_KEY_SECRET=your_secret"),
    ),
    Rule(
        "paypal-secret",
        "PayPal client secret",
        ("paypal",),
        near(r"paypal[\w.-]{0,20}secret", r"E[A-Za-z0-9_-]{79}"),
        3.5,
        near=True,
        yes=("PAYPAL_CLIENT_SECRET=E|{b64u*78}a", "paypal_secret='E|{b64u*78}b'"),
        no=("PAYPAL_CLIENT_SECRET=xxx", "PAYPAL_SECRET=E{b62*9}"),
    ),
)
