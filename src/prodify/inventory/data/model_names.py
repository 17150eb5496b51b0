"""Models of language-model providers that no longer answer, with the day. A dated table: it is true on `AS_OF`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_OF = "2026-11-22"
"""Source: LiteLLM 1.109.1's model map (deprecation_date), read 2026-11-22; a model that has left the map altogether carries the
provider's published shutdown date."""

RETIRED: Mapping[str, str] = {
    "gpt-3.5-turbo": "2026-10-23",
    "gpt-3.5-turbo-0125": "2026-10-23",
    "gpt-3.5-turbo-1106": "2026-09-28",
    "gpt-3.5-turbo-16k": "2024-09-13",
    "gpt-3.5-turbo-16k-0613": "2024-09-13",
    "gpt-3.5-turbo-0301": "2024-09-13",
    "gpt-3.5-turbo-0613": "2024-09-13",
    "gpt-3.5-turbo-instruct": "2026-09-28",
    "gpt-4": "2026-10-23",
    "gpt-4-turbo": "2026-10-23",
    "gpt-4-turbo-preview": "2026-10-23",
    "gpt-4-32k": "2025-06-06",
    "gpt-4-32k-0314": "2025-06-06",
    "gpt-4-32k-0613": "2025-06-06",
    "gpt-4-0613": "2026-10-23",
    "gpt-4-vision-preview": "2024-12-06",
    "gpt-4-1106-vision-preview": "2024-12-06",
    "gpt-4.5-preview": "2025-07-14",
    "gpt-4.1-nano": "2026-10-23",
    "gpt-4o-2024-05-13": "2026-10-23",
    "o1": "2026-10-23",
    "o1-preview": "2025-07-28",
    "o1-mini": "2025-10-27",
    "o3-mini": "2026-10-23",
    "text-davinci-003": "2024-01-04",
    "text-davinci-002": "2024-01-04",
    "text-davinci-001": "2024-01-04",
    "text-davinci-edit-001": "2024-01-04",
    "code-davinci-edit-001": "2024-01-04",
    "code-davinci-001": "2024-01-04",
    "code-davinci-002": "2024-01-04",
    "code-cushman-001": "2024-01-04",
    "davinci-instruct-beta": "2024-01-04",
    "curie-instruct-beta": "2024-01-04",
    "text-curie-001": "2024-01-04",
    "text-babbage-001": "2024-01-04",
    "text-ada-001": "2024-01-04",
    "davinci": "2024-01-04",
    "curie": "2024-01-04",
    "babbage": "2024-01-04",
    "ada": "2024-01-04",
    "claude-instant-1": "2024-11-06",
    "claude-instant-1.2": "2024-11-06",
    "claude-2": "2025-07-21",
    "claude-2.0": "2025-07-21",
    "claude-2.1": "2025-07-21",
    "claude-3-7-sonnet-20250219": "2026-02-19",
    "claude-3-7-sonnet-latest": "2026-02-19",
    "claude-3-5-haiku-20241022": "2026-02-19",
    "claude-3-5-haiku-latest": "2026-02-19",
    "claude-3-haiku-20240307": "2026-04-20",
    "claude-3-5-sonnet-latest": "2025-10-28",
    "claude-3-opus-latest": "2026-01-05",
    "claude-sonnet-4-20250514": "2026-06-15",
    "claude-sonnet-4-0": "2026-06-15",
    "claude-opus-4-20250514": "2026-06-15",
    "claude-opus-4-0": "2026-06-15",
    "claude-3-sonnet-20240229": "2025-07-21",
    "claude-3-opus-20240229": "2026-01-05",
    "claude-3-5-sonnet-20240620": "2025-10-28",
    "claude-3-5-sonnet-20241022": "2025-10-28",
    "gemini-pro": "2025-02-15",
    "gemini-1.0-pro": "2025-02-15",
    "gemini-1.5-pro": "2025-09-24",
    "gemini-1.5-flash": "2025-09-24",
    "gemini-1.5-flash-8b": "2025-09-24",
    "gemini-2.0-flash": "2026-06-01",
    "gemini-2.0-flash-001": "2026-06-01",
    "gemini-2.0-flash-lite": "2026-06-01",
    "gemini-2.0-flash-lite-001": "2026-06-01",
    "gemini-2.5-flash": "2026-12-01",
    "gemini-2.5-pro": "2026-12-01",
    "gemini-pro-vision": "2024-07-12",
    "text-bison": "2025-04-09",
    "chat-bison": "2025-04-09",
    "gemini-1.5-pro-latest": "2025-09-24",
    "gemini-1.5-pro-001": "2025-09-24",
    "gemini-1.5-pro-002": "2025-09-24",
    "gemini-1.5-flash-latest": "2025-09-24",
    "gemini-1.5-flash-001": "2025-09-24",
    "gemini-1.5-flash-002": "2025-09-24",
    "mixtral-8x7b-32768": "2025-03-20",
    "llama3-8b-8192": "2025-08-30",
    "llama3-70b-8192": "2025-08-30",
    "llama-3.1-70b-versatile": "2025-01-24",
    "llama-3.1-8b-instant": "2026-08-16",
    "llama-3.3-70b-versatile": "2026-08-16",
    "llama-3.3-70b-specdec": "2025-04-14",
    "gemma-7b-it": "2024-12-18",
    "gemma2-9b-it": "2025-10-08",
    "deepseek-r1-distill-llama-70b": "2025-10-02",
}
"""Model name -> last day. Names as they stand in requests."""

SUCCESSORS: Mapping[str, str] = {
    "openai": "gpt-6-luna",
    "anthropic": "claude-haiku-5-5",
    "google": "gemini-3.1-flash-lite",
    "mistral": "mistral-small",
}
"""Provider -> a small current model, for defaults of generated code. Source: LiteLLM 1.109.1's model map, read 2026-11-22."""


@lru_cache(maxsize=1)
def retired_models() -> Mapping[str, str]:
    """Models whose last day is not after `AS_OF`."""
    return {name: day for name, day in RETIRED.items() if day <= AS_OF}
