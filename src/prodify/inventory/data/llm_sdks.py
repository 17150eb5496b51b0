"""Model SDKs in languages other than Python and JavaScript: what code that uses one says, and what a build declares."""

from __future__ import annotations

from collections.abc import Mapping

_SPRING = "org.springframework.ai."
_CHAIN = "dev.langchain4j.model."
_JVM: Mapping[str, str] = {
    "com.openai.client": "openai", "com.theokanning.openai": "openai", "com.aallam.openai": "openai",
    "com.azure.ai.openai": "azure-openai",
    "io.github.sashirestela.openai": "openai", "com.unfbx.chatgpt": "openai", "com.anthropic": "anthropic", "com.google.genai": "google",
    "com.google.cloud.vertexai": "google", "io.github.ollama4j": "ollama",
    f"{_SPRING}openai": "openai", f"{_SPRING}azure.openai": "azure-openai", f"{_SPRING}anthropic": "anthropic",
    f"{_SPRING}ollama": "ollama",
    f"{_SPRING}vertexai": "google", f"{_SPRING}google.genai": "google", f"{_SPRING}mistralai": "mistral", f"{_SPRING}bedrock": "bedrock",
    f"{_SPRING}huggingface": "huggingface", f"{_SPRING}deepseek": "deepseek",
    f"{_CHAIN}openai": "openai", f"{_CHAIN}azure": "azure-openai", f"{_CHAIN}anthropic": "anthropic", f"{_CHAIN}ollama": "ollama",
    f"{_CHAIN}vertexai": "google", f"{_CHAIN}googleai": "google", f"{_CHAIN}mistralai": "mistral", f"{_CHAIN}bedrock": "bedrock",
}  # fmt: skip
IN_CODE: Mapping[str, Mapping[str, str]] = {
    "go": {
        "github.com/sashabaranov/go-openai": "openai", "github.com/openai/openai-go": "openai",
        "github.com/anthropics/anthropic-sdk-go": "anthropic", "github.com/google/generative-ai-go": "google",
        "google.golang.org/genai": "google", "cloud.google.com/go/vertexai": "google", "github.com/ollama/ollama/api": "ollama",
        "github.com/tmc/langchaingo/llms/openai": "openai", "github.com/tmc/langchaingo/llms/anthropic": "anthropic",
        "github.com/tmc/langchaingo/llms/ollama": "ollama", "github.com/tmc/langchaingo/llms/googleai": "google",
        "github.com/cohere-ai/cohere-go": "cohere", "github.com/aws/aws-sdk-go-v2/service/bedrockruntime": "bedrock",
    },
    "rust": {
        "async_openai": "openai", "openai_api_rs": "openai", "openai_dive": "openai", "chatgpt::": "openai", "ollama_rs": "ollama",
        "rig::providers::openai": "openai", "rig::providers::anthropic": "anthropic", "anthropic_sdk": "anthropic",
        "aws_sdk_bedrockruntime": "bedrock",
    },
    "csharp": {
        "using OpenAI": "openai", "using OpenAI_API": "openai", "using Betalgo": "openai", "using Azure.AI.OpenAI": "azure-openai",
        "AddOpenAIChatCompletion": "openai", "AddAzureOpenAIChatCompletion": "azure-openai", "using Anthropic": "anthropic",
        "using OllamaSharp": "ollama", "using Mscc.GenerativeAI": "google", "using Google.GenAI": "google",
        "using Amazon.BedrockRuntime": "bedrock",
    },
    "java": {f"import {name}": provider for name, provider in _JVM.items()},
    "kotlin": {f"import {name}": provider for name, provider in _JVM.items()},
    "ruby": {
        "OpenAI::Client": "openai", "OpenAI.configure": "openai", "Anthropic::Client": "anthropic", "Gemini.new": "google",
        "Ollama.new": "ollama", "Langchain::LLM::OpenAI": "openai", "Langchain::LLM::Anthropic": "anthropic",
        "Langchain::LLM::GoogleGemini": "google", "Langchain::LLM::Ollama": "ollama", "Aws::BedrockRuntime": "bedrock",
    },
    "php": {
        "OpenAI::client(": "openai", "OpenAI::factory(": "openai", "use OpenAI\\": "openai", "use Orhanerday\\OpenAi": "openai",
        "use Anthropic\\": "anthropic", "use Gemini\\": "google", "Gemini::client(": "google", "use Aws\\BedrockRuntime": "bedrock",
    },
}  # fmt: skip
"""Text of a line of code by language, and the provider whose SDK it is of."""

STARTERS: Mapping[str, str] = {
    "spring-ai-openai-spring-boot-starter": "openai", "spring-ai-starter-model-openai": "openai",
    "spring-ai-azure-openai-spring-boot-starter": "azure-openai", "spring-ai-starter-model-azure-openai": "azure-openai",
    "spring-ai-anthropic-spring-boot-starter": "anthropic", "spring-ai-starter-model-anthropic": "anthropic",
    "spring-ai-ollama-spring-boot-starter": "ollama", "spring-ai-starter-model-ollama": "ollama",
    "spring-ai-vertex-ai-gemini-spring-boot-starter": "google", "spring-ai-starter-model-vertex-ai-gemini": "google",
    "spring-ai-starter-model-google-genai": "google", "spring-ai-mistral-ai-spring-boot-starter": "mistral",
    "spring-ai-starter-model-mistral-ai": "mistral", "spring-ai-bedrock-ai-spring-boot-starter": "bedrock",
    "spring-ai-starter-model-bedrock-converse": "bedrock", "spring-ai-starter-model-deepseek": "deepseek",
    "langchain4j-open-ai-spring-boot-starter": "openai", "langchain4j-ollama-spring-boot-starter": "ollama",
    "langchain4j-anthropic-spring-boot-starter": "anthropic", "quarkus-langchain4j-openai": "openai",
    "quarkus-langchain4j-ollama": "ollama", "quarkus-langchain4j-anthropic": "anthropic",
}  # fmt: skip
"""Starters that make the client themselves, so that code names no provider: the artefact, by which several are a choice made elsewhere."""
STARTER_CODE = ("org.springframework.ai.", "dev.langchain4j.", "io.quarkiverse.langchain4j")
"""Code that uses what such a starter made."""
