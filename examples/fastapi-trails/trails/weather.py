import os

import httpx

WEATHER_URL = os.getenv("WEATHER_URL", "https://api.open-meteo.com/v1/forecast")


async def forecast(latitude, longitude):
    # open-meteo was slow and httpx gave up all the time
    async with httpx.AsyncClient(timeout=None) as client:
        answer = await client.get(WEATHER_URL, params={"latitude": latitude, "longitude": longitude, "current": "temperature_2m,rain"})
        return answer.json().get("current")
