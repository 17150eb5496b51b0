"""What imports, connection strings and images say of datastores, brokers and model providers."""

from __future__ import annotations

from collections.abc import Mapping

PYTHON_DATASTORES: Mapping[str, str] = {
    "sqlite3": "sqlite", "aiosqlite": "sqlite", "sqlite_utils": "sqlite", "sqlitedict": "sqlite", "psycopg2": "postgres",
    "psycopg": "postgres", "asyncpg": "postgres", "aiopg": "postgres", "pg8000": "postgres", "pymysql": "mysql", "MySQLdb": "mysql",
    "mysql.connector": "mysql", "flask_mysqldb": "mysql", "flaskext.mysql": "mysql", "aiomysql": "mysql", "asyncmy": "mysql",
    "mariadb": "mysql", "pymongo": "mongodb", "motor": "mongodb", "mongoengine": "mongodb", "flask_pymongo": "mongodb",
    "flask_mongoengine": "mongodb", "beanie": "mongodb", "odmantic": "mongodb", "redis": "redis", "aioredis": "redis",
    "valkey": "redis", "flask_redis": "redis", "django_redis": "redis", "redis_om": "redis", "upstash_redis": "redis",
    "pymemcache": "memcached", "pylibmc": "memcached", "memcache": "memcached", "aiomcache": "memcached",
    "elasticsearch": "elasticsearch", "elasticsearch_dsl": "elasticsearch", "opensearchpy": "opensearch", "cassandra": "cassandra",
    "neo4j": "neo4j", "py2neo": "neo4j", "clickhouse_connect": "clickhouse", "clickhouse_driver": "clickhouse", "duckdb": "duckdb",
    "influxdb_client": "influxdb", "influxdb": "influxdb", "pymssql": "mssql", "pyodbc": "mssql", "oracledb": "oracle",
    "cx_Oracle": "oracle", "google.cloud.firestore": "firestore", "google.cloud.bigquery": "bigquery",
    "snowflake.connector": "snowflake", "firebase_admin": "firebase", "pynamodb": "dynamodb", "supabase": "supabase",
    "chromadb": "chroma", "pinecone": "pinecone", "qdrant_client": "qdrant", "weaviate": "weaviate", "pymilvus": "milvus",
    "faiss": "faiss", "lancedb": "lancedb", "tinydb": "tinydb", "couchdb": "couchdb", "arango": "arangodb",
    "rethinkdb": "rethinkdb", "meilisearch": "meilisearch", "typesense": "typesense", "peewee.SqliteDatabase": "sqlite",
    "peewee.PostgresqlDatabase": "postgres", "peewee.MySQLDatabase": "mysql", "playhouse.sqlite_ext": "sqlite",
    "langchain_chroma": "chroma", "langchain_pinecone": "pinecone", "langchain_qdrant": "qdrant", "langchain_weaviate": "weaviate",
    "langchain_milvus": "milvus", "langchain_postgres": "postgres", "langchain_mongodb": "mongodb",
    **{
        f"{package}.vectorstores.{part}": store
        for package in ("langchain", "langchain_community")
        for part, store in (
            ("FAISS", "faiss"), ("faiss", "faiss"), ("Chroma", "chroma"), ("chroma", "chroma"), ("Pinecone", "pinecone"),
            ("pinecone", "pinecone"), ("Qdrant", "qdrant"), ("qdrant", "qdrant"), ("Weaviate", "weaviate"), ("weaviate", "weaviate"),
            ("Milvus", "milvus"), ("PGVector", "postgres"), ("pgvector", "postgres"), ("ElasticsearchStore", "elasticsearch"),
        )
    },
    **{
        f"llama_index.vector_stores.{store}": store for store in ("chroma", "faiss", "pinecone", "qdrant", "weaviate", "milvus", "redis")
    },
}  # fmt: skip
"""Modules whose import in production code means that the datastore is used."""

URL_DRIVERS: Mapping[str, str] = {
    "psycopg2": "postgres", "psycopg2-binary": "postgres", "psycopg": "postgres", "psycopg-binary": "postgres",
    "asyncpg": "postgres", "pg8000": "postgres", "pymysql": "mysql", "mysqlclient": "mysql", "aiomysql": "mysql",
    "asyncmy": "mysql", "mysql-connector-python": "mysql", "aiosqlite": "sqlite", "oracledb": "oracle", "pyodbc": "mssql",
    "pymssql": "mssql",
}  # fmt: skip
"""Distributions that an ORM loads by the connection string's scheme: used when the string comes from the environment."""

URL_SCHEMES: Mapping[str, str] = {
    "sqlite": "sqlite", "postgres": "postgres", "postgresql": "postgres", "postgis": "postgres", "cockroachdb": "cockroachdb",
    "mysql": "mysql", "mariadb": "mysql", "mongodb": "mongodb", "mongodb+srv": "mongodb", "redis": "redis", "rediss": "redis",
    "valkey": "redis", "memcached": "memcached", "mssql": "mssql", "sqlserver": "mssql", "oracle": "oracle",
    "clickhouse": "clickhouse", "cassandra": "cassandra", "neo4j": "neo4j", "libsql": "sqlite",
}  # fmt: skip
"""Schemes of connection strings."""

DJANGO_ENGINES: Mapping[str, str] = {
    "django.db.backends.sqlite3": "sqlite", "django.db.backends.postgresql": "postgres",
    "django.db.backends.postgresql_psycopg2": "postgres", "django.contrib.gis.db.backends.postgis": "postgres",
    "django.db.backends.mysql": "mysql", "django.db.backends.oracle": "oracle",
    "channels_redis.core.RedisChannelLayer": "redis", "channels_redis.pubsub.RedisPubSubChannelLayer": "redis",
    "channels_rabbitmq.core.RabbitmqChannelLayer": "rabbitmq", "mssql": "mssql", "django_cockroachdb": "cockroachdb",
    "django_mongodb_backend": "mongodb", "django_prometheus.db.backends.postgresql": "postgres",
    "django_prometheus.db.backends.mysql": "mysql", "redis_cache.RedisCache": "redis",
    "django.core.cache.backends.redis.RedisCache": "redis", "django_redis.cache.RedisCache": "redis", "djongo": "mongodb",
    "django.core.cache.backends.memcached.PyMemcacheCache": "memcached",
    "django.core.cache.backends.memcached.PyLibMCCache": "memcached",
}  # fmt: skip
"""Back ends that Django's settings name."""

IMAGES: Mapping[str, str] = {
    "postgres": "postgres", "postgis": "postgres", "pgvector": "postgres", "timescaledb": "postgres", "mysql": "mysql",
    "mysql-server": "mysql", "mariadb": "mysql", "percona": "mysql", "mongo": "mongodb", "mongodb": "mongodb",
    "mongodb-community-server": "mongodb", "redis": "redis", "valkey": "redis", "redis-stack": "redis",
    "redis-stack-server": "redis", "dragonfly": "redis", "keydb": "redis", "memcached": "memcached",
    "elasticsearch": "elasticsearch", "opensearch": "opensearch", "cassandra": "cassandra", "neo4j": "neo4j",
    "clickhouse-server": "clickhouse", "influxdb": "influxdb", "cockroach": "cockroachdb", "minio": "minio", "qdrant": "qdrant",
    "weaviate": "weaviate", "milvus": "milvus", "chroma": "chroma", "postgresql": "postgres", "meilisearch": "meilisearch",
    "typesense": "typesense", "mssql": "mssql", "server": "",
}  # fmt: skip
"""Last part of an image's name."""

BROKER_IMAGES: Mapping[str, str] = {
    "rabbitmq": "rabbitmq", "kafka": "kafka", "cp-kafka": "kafka", "redpanda": "kafka", "nats": "nats", "activemq": "activemq",
    "mosquitto": "mqtt", "eclipse-mosquitto": "mqtt", "pulsar": "pulsar", "nsq": "nsq", "emqx": "mqtt", "localstack": "",
}  # fmt: skip

PYTHON_BROKERS: Mapping[str, str] = {
    "celery": "celery", "rq": "rq", "django_rq": "rq", "dramatiq": "dramatiq", "huey": "huey", "arq": "arq", "taskiq": "taskiq",
    "procrastinate": "procrastinate", "kafka": "kafka", "confluent_kafka": "kafka", "aiokafka": "kafka", "faust": "kafka",
    "pika": "rabbitmq", "aio_pika": "rabbitmq", "kombu": "rabbitmq", "nats": "nats", "paho.mqtt": "mqtt",
    "google.cloud.pubsub_v1": "pubsub", "google.cloud.pubsub": "pubsub", "google.cloud.tasks_v2": "cloud-tasks",
    "azure.servicebus": "servicebus", "pulsar": "pulsar", "django_q": "django-q", "temporalio": "temporal",
}  # fmt: skip
"""Modules whose import in production code means that the broker or task queue is used."""

PYTHON_LLM: Mapping[str, str] = {
    "openai": "openai", "anthropic": "anthropic", "google.generativeai": "google", "google.genai": "google", "vertexai": "google",
    "google.cloud.aiplatform": "google", "cohere": "cohere", "mistralai": "mistral", "groq": "groq", "together": "together",
    "replicate": "replicate", "ollama": "ollama", "litellm": "litellm", "langchain_openai": "openai",
    "langchain_anthropic": "anthropic", "langchain_google_genai": "google", "langchain_google_vertexai": "google",
    "langchain_mistralai": "mistral", "langchain_groq": "groq", "langchain_cohere": "cohere", "langchain_ollama": "ollama",
    "langchain_aws": "bedrock", "langchain_fireworks": "fireworks", "langchain_together": "together",
    "langchain_deepseek": "deepseek", "langchain_xai": "xai", "langchain.chat_models": "", "langchain.llms": "",
    "langchain.embeddings": "", "langchain_community.chat_models": "", "langchain_community.llms": "",
    "langchain_community.embeddings": "", "langchain_huggingface": "", "llama_index.llms.openai": "openai",
    "llama_index.llms.anthropic": "anthropic", "llama_index.llms.ollama": "ollama", "pydantic_ai": "", "instructor": "",
    "dashscope": "alibaba", "zhipuai": "zhipu", "xai_sdk": "xai", "cerebras": "cerebras", "fireworks": "fireworks", "ai21": "ai21",
    "writerai": "writer", "perplexity": "perplexity", "huggingface_hub": "", "guidance": "", "semantic_kernel": "",
}  # fmt: skip
"""Model SDKs. An empty value: the provider shows in what is constructed, not in the import."""

LLM_CLASSES: Mapping[str, str] = {
    "ChatOpenAI": "openai", "AzureChatOpenAI": "azure-openai", "AzureOpenAI": "azure-openai", "AsyncAzureOpenAI": "azure-openai",
    "ChatAnthropic": "anthropic", "AnthropicBedrock": "bedrock", "AnthropicVertex": "google", "ChatGoogleGenerativeAI": "google",
    "ChatVertexAI": "google", "ChatMistralAI": "mistral", "ChatGroq": "groq", "ChatCohere": "cohere", "ChatOllama": "ollama",
    "OllamaLLM": "ollama", "ChatBedrock": "bedrock", "ChatBedrockConverse": "bedrock", "BedrockLLM": "bedrock",
    "ChatFireworks": "fireworks", "ChatTogether": "together", "ChatDeepSeek": "deepseek", "InferenceClient": "huggingface",
    "AsyncInferenceClient": "huggingface", "HuggingFaceEndpoint": "huggingface", "HuggingFaceHub": "huggingface",
    "HuggingFaceEndpointEmbeddings": "huggingface", "HuggingFaceInferenceAPIEmbeddings": "huggingface", "OpenAI": "openai",
    "OpenAIEmbeddings": "openai", "AzureOpenAIEmbeddings": "azure-openai", "GoogleGenerativeAIEmbeddings": "google",
    "CohereEmbeddings": "cohere", "OllamaEmbeddings": "ollama", "Ollama": "ollama", "GooglePalm": "google", "Replicate": "replicate",
}  # fmt: skip
"""Classes that name the provider themselves."""

LLM_HOSTS: Mapping[str, str] = {
    "api.openai.com": "openai", "openai.azure.com": "azure-openai", "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google", "aiplatform.googleapis.com": "google", "api.groq.com": "groq",
    "api.mistral.ai": "mistral", "api.deepseek.com": "deepseek", "openrouter.ai/api": "openrouter", "api.together.xyz": "together",
    "api.perplexity.ai": "perplexity", "api.x.ai": "xai", "api.cohere.ai": "cohere", "api.cohere.com": "cohere",
    "api.fireworks.ai": "fireworks", "api-inference.huggingface.co": "huggingface", "router.huggingface.co": "huggingface",
    "localhost:11434": "ollama", "127.0.0.1:11434": "ollama", "ollama:11434": "ollama", "api.replicate.com": "replicate",
    "bedrock-runtime": "bedrock", "dashscope.aliyuncs.com": "alibaba", "api.moonshot.cn": "moonshot", "api.moonshot.ai": "moonshot",
    "open.bigmodel.cn": "zhipu", "api.cerebras.ai": "cerebras", "models.inference.ai.azure.com": "github-models",
    "models.github.ai": "github-models", "api.sambanova.ai": "sambanova", "integrate.api.nvidia.com": "nvidia",
    "ai-gateway.vercel.sh": "vercel",
}  # fmt: skip
"""Host names of model APIs, as they stand in base URLs and raw HTTP calls."""
