"""Further model providers, speech, search and scraping services."""

from __future__ import annotations

from prodify.inventory.secrets.rules.shapes import assigned, prefixed

RULES = (
    prefixed("openrouter-key", "OpenRouter key", "sk-or-v1-{hex*64}"),
    prefixed("fireworks-key", "Fireworks key", "fw_{b62*22-24}", entropy=3.3),
    prefixed("nvidia-key", "NVIDIA API key", "nvapi-{b64u*60-70}", entropy=3.5),
    prefixed("cerebras-key", "Cerebras key", "csk-{low*48}"),
    prefixed("langfuse-secret-key", "Langfuse secret key", "sk-lf-{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}"),
    prefixed("tavily-key", "Tavily key", "tvly-{b62*32-40}", entropy=3.3),
    prefixed("tavily-dev-key", "Tavily key", "tvly-dev-{b62*32-40}", entropy=3.3),
    prefixed("firecrawl-key", "Firecrawl key", "fc-{hex*32}"),
    prefixed("jina-key", "Jina key", "jina_{hex*32}{b62*28}", entropy=3.3),
    prefixed("runpod-key", "RunPod key", "rpa_{UP*40-48}"),
    prefixed("helicone-key", "Helicone key", "sk-helicone-{low*7}-{low*7}-{low*7}-{low*7}"),
    prefixed("elevenlabs-key", "ElevenLabs key", "sk_{hex*48}"),
    prefixed("anyscale-key", "Anyscale key", "esecret_{b62*26-32}"),
    prefixed("voyage-key", "Voyage key", "pa-{b64u*43}", entropy=3.7),
    prefixed("apify-token", "Apify token", "apify_api_{b62*36}"),
    assigned("together-key", "Together key", "together", "{hex*64}"),
    assigned("deepgram-key", "Deepgram key", "deepgram", "{hex*40}"),
    assigned("assemblyai-key", "AssemblyAI key", "assemblyai|assembly_ai", "{hex*32}"),
    assigned("wandb-key", "Weights & Biases key", "wandb", "{hex*40}"),
    assigned("serpapi-key", "SerpApi key", "serpapi|serp_api", "{hex*64}"),
    assigned("serper-key", "Serper key", "serper", "{hex*40}"),
    assigned("exa-key", "Exa key", "exa_api", "{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}"),
    assigned("ai21-key", "AI21 key", "ai21", "{b62*32}", entropy=3.5),
    assigned("clipdrop-key", "Clipdrop key", "clipdrop|clip_drop", "{hex*96}|{hex*128}"),
    assigned("deepl-key", "DeepL key", "deepl", "{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}:fx|{hex*8}-{hex*4}-{hex*4}-{hex*4}-{hex*12}"),
    assigned("zhipu-key", "Zhipu key", "zhipu|glm", "{hex*32}.{b62*16}"),
    assigned("azure-cognitive-key", "Azure AI services key", "azure:key|secret", "{hex*32}"),
    assigned("rapidapi-key", "RapidAPI key", "rapidapi|rapid_api|x-rapidapi", "{hex*10}msh{hex*15}p1{hex*6}jsn{hex*12}"),
    assigned("scraperapi-key", "ScraperAPI key", "scraperapi|scraper_api", "{hex*32}"),
    assigned("newsapi-key", "News API key", "newsapi|news_api", "{hex*32}"),
    assigned("openweather-key", "OpenWeather key", "openweather|open_weather|weather_api|owm", "{hex*32}"),
    assigned("tmdb-key", "TMDB key", "tmdb|moviedb", "{hex*32}"),
    assigned("spoonacular-key", "Spoonacular key", "spoonacular", "{hex*32}"),
)
