import json
import os

import requests
from openai import OpenAI

RATES_URL = os.getenv("RATES_URL", "https://api.frankfurter.app/latest")

rates = {}


def euros(amount, currency):
    if currency not in rates:
        rates[currency] = requests.get(RATES_URL, params={"from": currency, "to": "EUR"}).json()["rates"]["EUR"]
    return amount * rates[currency]


def read_receipt(text):
    print("receipt:", text)
    client = OpenAI()
    answer = client.chat.completions.create(
        model="gpt-3.5-turbo",
        messages=[
            {"role": "system", "content": "You read receipts. Answer with JSON: shop, currency, total, items (name, price)."},
            {"role": "user", "content": text},
        ],
    )
    try:
        return json.loads(answer.choices[0].message.content)
    except:
        return {"shop": "?", "currency": "EUR", "total": 0, "items": []}
