"""Private keys and tokens that belong to no vendor."""

from __future__ import annotations

from prodify.inventory.secrets.rule import PRIVATE_KEY, Rule

RULES = (
    Rule(
        "private-key",
        "Private key",
        ("private key-----", "private key block-----"),
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        0.0,
        category=PRIVATE_KEY,
        yes=("-----BEGIN RSA| PRIVATE KEY-----\\n{b64*64}\\n{b64*64}\\n-----END RSA PRIVATE KEY-----", "-----BEGIN| PRIVATE KEY-----\n{b64*64}\n{b64*40}\n"),
        no=("-----BEGIN PUBLIC KEY-----\n{b64*64}\n", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"),
    ),
    Rule(
        "age-secret-key",
        "age identity",
        ("age-secret-key-1",),
        r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        yes=("AGE-SECRET-KEY-1|{bech32*58}", "key: AGE-SECRET-KEY-1|{bech32*58}"),
        no=("AGE-SECRET-KEY-1{bech32*20}", "age1{low*58}"),
    ),
    Rule(
        "json-web-token",
        "JSON web token",
        ("eyj",),
        r"eyJ[A-Za-z0-9_-]{10,600}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{20,700}",
        structure="jwt",
        window=3000,
        yes=("{jwt:user}", 'token = "{jwt:user}"'),
        no=("{jwt:anon}", "eyJhbGciOiJIUzI1NiJ9.notjson.{b64u*40}"),
    ),
)
