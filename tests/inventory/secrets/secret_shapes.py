"""Builds fake secrets from shapes, so that no file of this repository holds anything that looks like one.

`sk_live_|{b62*24}`: the bar only separates, `{b62*24}` stands for 24 characters of an alphabet drawn from a generator that the whole
shape seeds. `{crc62*30}` adds the six check characters of GitHub's and npm's tokens,
`{jwt:user}` is a signed web token, `{nkey}` the seed of a NATS user, `{bar}` a bar that stays.
"""

from __future__ import annotations

import base64
import binascii
import json
import random
import re
import string

from prodify.inventory.secrets.structures import crc62

ALPHABETS = {
    "b62": string.ascii_letters + string.digits,
    "b64": string.ascii_letters + string.digits + "+/",
    "b64u": string.ascii_letters + string.digits + "_-",
    "abc": string.ascii_letters,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "dig": string.digits,
    "low": string.ascii_lowercase + string.digits,
    "UP": string.ascii_uppercase + string.digits,
    "b32": string.ascii_uppercase + "234567",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_SHAPE = re.compile(r"\{([A-Za-z0-9]+)\*(\d+)\}")


def _b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make(shape: str, seed: int = 0) -> str:
    """Return the text of a shape; the same shape and seed give the same text."""
    rng = random.Random(f"{shape}{seed}")

    def draw(match: re.Match[str]) -> str:
        kind, count = match[1], int(match[2])
        if kind == "crc62":
            body = "".join(rng.choices(ALPHABETS["b62"], k=count))
            return body + crc62(body)
        text = "".join(rng.choices(ALPHABETS[kind], k=count))
        return "1" + text[1:] if kind == "dig" else text

    text = _SHAPE.sub(draw, shape)
    signature = "".join(rng.choices(ALPHABETS["b64u"], k=43))
    for role in ("user", "anon", "service_role"):
        token = f"{_b64({'alg': 'HS256', 'typ': 'JWT'})}.{_b64({'role': role, 'iat': 1700000000})}.{signature}"
        text = text.replace(f"{{jwt:{role}}}", token)
    raw = bytes((18 << 3 | 5, 0)) + rng.randbytes(32)
    text = text.replace("{nkey}", base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("="))
    text = text.replace("{discord}", _b64(str(rng.randrange(10**17, 10**18)).encode()))
    text = text.replace("{basic}", base64.b64encode(f"bot:{signature[:20]}".encode()).decode())
    return text.replace("|", "").replace("{bar}", "|")
