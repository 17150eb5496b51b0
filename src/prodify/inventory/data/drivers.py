"""Drivers and clients in languages other than Python: which import or declaration means which datastore or broker."""

from __future__ import annotations

import re
from collections.abc import Mapping

from prodify.lazyre import lazy

DATASTORES: Mapping[str, Mapping[str, str]] = {
    "javascript": {
        "pg": "postgres", "pg-promise": "postgres", "postgres": "postgres", "@vercel/postgres": "postgres",
        "@neondatabase/serverless": "postgres", "mysql": "mysql", "mysql2": "mysql", "mariadb": "mysql",
        "@planetscale/database": "mysql", "mongoose": "mongodb", "mongodb": "mongodb", "redis": "redis", "ioredis": "redis",
        "@upstash/redis": "redis", "connect-redis": "redis", "sqlite3": "sqlite", "better-sqlite3": "sqlite", "sqlite": "sqlite",
        "bun:sqlite": "sqlite", "node:sqlite": "sqlite", "@libsql/client": "sqlite", "@supabase/supabase-js": "supabase",
        "@supabase/ssr": "supabase", "firebase-admin": "firebase", "firebase/firestore": "firestore",
        "@google-cloud/firestore": "firestore", "@aws-sdk/client-dynamodb": "dynamodb", "@elastic/elasticsearch": "elasticsearch",
        "cassandra-driver": "cassandra", "neo4j-driver": "neo4j", "mssql": "mssql", "tedious": "mssql", "memcached": "memcached",
        "@pinecone-database/pinecone": "pinecone", "chromadb": "chroma", "@qdrant/js-client-rest": "qdrant",
        "weaviate-client": "weaviate", "nedb": "nedb", "lowdb": "lowdb", "@clickhouse/client": "clickhouse", "convex/server": "convex",
        "oracledb": "oracle", "@nestjs/elasticsearch": "elasticsearch", "@nestjs/mongoose": "mongodb", "@fastify/mongodb": "mongodb",
        "fastify-mongodb": "mongodb", "connect-mongo": "mongodb", "monk": "mongodb", "koa-mongo": "mongodb",
        "@typegoose/typegoose": "mongodb", "bull": "redis", "bullmq": "redis", "@nestjs/bull": "redis", "@nestjs/bullmq": "redis",
        "bee-queue": "redis",
        "@fastify/postgres": "postgres", "fastify-postgres": "postgres", "@fastify/mysql": "mysql", "fastify-mysql": "mysql",
        "koa-mysql": "mysql", "promise-mysql": "mysql", "serverless-mysql": "mysql", "@fastify/redis": "redis", "fastify-redis": "redis",
        "@nestjs-modules/ioredis": "redis", "cache-manager-redis-store": "redis", "@opensearch-project/opensearch": "opensearch",
        "couchbase": "couchbase", "nano": "couchdb", "arangojs": "arangodb", "surrealdb": "surrealdb",
        "@influxdata/influxdb-client": "influxdb", "rethinkdb": "rethinkdb", "duckdb": "duckdb",
        "@nuxtjs/supabase": "supabase", "quick.db": "sqlite", "@replit/database": "replit-db", "meilisearch": "meilisearch",
    },
    "go": {
        "github.com/lib/pq": "postgres", "github.com/jackc/pgx": "postgres", "gorm.io/driver/postgres": "postgres",
        "github.com/jinzhu/gorm/dialects/postgres": "postgres", "github.com/go-pg/pg": "postgres",
        "github.com/uptrace/bun/driver/pgdriver": "postgres", "github.com/go-sql-driver/mysql": "mysql",
        "gorm.io/driver/mysql": "mysql", "github.com/jinzhu/gorm/dialects/mysql": "mysql", "github.com/mattn/go-sqlite3": "sqlite",
        "modernc.org/sqlite": "sqlite", "gorm.io/driver/sqlite": "sqlite", "github.com/glebarez/sqlite": "sqlite",
        "github.com/jinzhu/gorm/dialects/sqlite": "sqlite", "go.mongodb.org/mongo-driver": "mongodb", "gopkg.in/mgo.v2": "mongodb",
        "github.com/redis/go-redis": "redis", "github.com/go-redis/redis": "redis", "github.com/gomodule/redigo": "redis",
        "github.com/redis/rueidis": "redis", "github.com/bradfitz/gomemcache": "memcached",
        "github.com/elastic/go-elasticsearch": "elasticsearch", "github.com/olivere/elastic": "elasticsearch",
        "github.com/aws/aws-sdk-go-v2/service/dynamodb": "dynamodb",
        "github.com/gocql/gocql": "cassandra", "gorm.io/driver/sqlserver": "mssql", "github.com/denisenkom/go-mssqldb": "mssql",
        "cloud.google.com/go/firestore": "firestore", "github.com/ClickHouse/clickhouse-go": "clickhouse", "go.etcd.io/bbolt": "bbolt",
        "github.com/dgraph-io/badger": "badger",
        "github.com/couchbase/gocb": "couchbase", "github.com/influxdata/influxdb-client-go": "influxdb",
        "github.com/arangodb/go-driver": "arangodb", "github.com/surrealdb/surrealdb.go": "surrealdb",
        "github.com/marcboeker/go-duckdb": "duckdb", "github.com/microsoft/go-mssqldb": "mssql", "github.com/valkey-io/valkey-go": "redis",
        "github.com/godror/godror": "oracle", "github.com/sijms/go-ora": "oracle", "github.com/neo4j/neo4j-go-driver": "neo4j",
    },
    "java": {
        "org.springframework.data.mongodb": "mongodb", "com.mongodb": "mongodb", "redis.clients.jedis": "redis", "io.lettuce": "redis",
        "org.springframework.data.redis": "redis", "org.redisson": "redis", "org.postgresql": "postgres", "com.mysql": "mysql",
        "org.sqlite": "sqlite", "org.elasticsearch": "elasticsearch", "co.elastic.clients": "elasticsearch",
        "com.datastax": "cassandra", "org.neo4j": "neo4j", "net.spy.memcached": "memcached",
        "software.amazon.awssdk.services.dynamodb": "dynamodb", "aws.sdk.kotlin.services.dynamodb": "dynamodb",
        "com.amazonaws.services.dynamodbv2": "dynamodb", "io.pinecone": "pinecone", "io.qdrant": "qdrant", "io.milvus": "milvus",
        "com.google.cloud.firestore": "firestore", "com.google.firebase.cloud.FirestoreClient": "firestore", "com.couchbase": "couchbase",
        "org.springframework.data.couchbase": "couchbase", "com.arangodb": "arangodb", "com.influxdb": "influxdb",
        "org.springframework.ai.vectorstore.RedisVectorStore": "redis", "org.springframework.ai.vectorstore.redis": "redis",
        "org.springframework.ai.vectorstore.pgvector": "postgres", "org.springframework.ai.vectorstore.PgVectorStore": "postgres",
        "org.springframework.ai.vectorstore.mongodb": "mongodb", "org.springframework.ai.vectorstore.qdrant": "qdrant",
        "org.springframework.ai.vectorstore.chroma": "chroma", "org.springframework.ai.vectorstore.milvus": "milvus",
        "io.micronaut.configuration.lettuce": "redis", "io.quarkus.redis": "redis", "io.quarkus.mongodb": "mongodb",
        "io.micronaut.data.mongodb": "mongodb", "dev.morphia": "mongodb", "org.litote.kmongo": "mongodb",
        "org.springframework.data.cassandra": "cassandra", "org.springframework.data.neo4j": "neo4j",
    },
    "ruby": {
        "pg": "postgres", "mysql2": "mysql", "sqlite3": "sqlite", "mongoid": "mongodb", "mongo": "mongodb", "redis": "redis",
        "hiredis": "redis", "redis-client": "redis", "dalli": "memcached", "elasticsearch": "elasticsearch",
        "searchkick": "elasticsearch", "activerecord-sqlserver-adapter": "mssql", "couchbase": "couchbase", "couchrest": "couchdb",
        "sidekiq": "redis", "resque": "redis",
        "trilogy": "mysql", "influxdb-client": "influxdb", "cassandra-driver": "cassandra", "opensearch-ruby": "opensearch",
    },
    "rust": {
        "rusqlite": "sqlite", "mongodb": "mongodb", "redis": "redis", "deadpool_redis": "redis", "tokio_postgres": "postgres",
        "deadpool_postgres": "postgres", "postgres": "postgres", "mysql_async": "mysql", "mysql": "mysql",
        "elasticsearch": "elasticsearch", "scylla": "cassandra", "surrealdb": "surrealdb", "sled": "sled",
        "aws_sdk_dynamodb": "dynamodb", "couchbase": "couchbase", "fred": "redis", "tiberius": "mssql", "duckdb": "duckdb",
        "influxdb": "influxdb", "neo4rs": "neo4j", "clickhouse": "clickhouse",
    },
    "csharp": {
        "Npgsql": "postgres", "MySqlConnector": "mysql", "MySql.Data": "mysql", "MongoDB.Driver": "mongodb",
        "StackExchange.Redis": "redis", "Microsoft.Data.Sqlite": "sqlite", "System.Data.SQLite": "sqlite",
        "Microsoft.Data.SqlClient": "mssql", "System.Data.SqlClient": "mssql", "Microsoft.Azure.Cosmos": "cosmosdb",
        "Nest": "elasticsearch", "Elastic.Clients.Elasticsearch": "elasticsearch", "Amazon.DynamoDBv2": "dynamodb",
        "Couchbase": "couchbase", "Cassandra": "cassandra", "Neo4j.Driver": "neo4j", "InfluxDB.Client": "influxdb",
        "Raven.Client": "ravendb",
    },
    "php": {
        "MongoDB": "mongodb", "Predis": "redis", "Elasticsearch": "elasticsearch", "Jenssegers\\Mongodb": "mongodb",
    },
}  # fmt: skip
"""Imported name (or its beginning, up to a separator) to datastore."""

NODE_MAPPERS = frozenset(("sequelize", "sequelize-typescript", "typeorm", "knex", "objection", "@mikro-orm/core"))
"""Mappers that load the driver themselves, by the name of a dialect that may come from outside."""
NODE_DRIVERS: Mapping[str, str] = {
    "pg": "postgres", "mysql2": "mysql", "mysql": "mysql", "mariadb": "mysql", "sqlite3": "sqlite", "better-sqlite3": "sqlite",
    "tedious": "mssql", "mssql": "mssql", "oracledb": "oracle", "@mikro-orm/postgresql": "postgres", "@mikro-orm/mysql": "mysql",
}  # fmt: skip
JVM_DRIVERS: Mapping[str, str] = {
    "org.postgresql:postgresql": "postgres", "org.postgresql:r2dbc-postgresql": "postgres",
    "io.quarkus:quarkus-jdbc-postgresql": "postgres", "io.quarkus:quarkus-reactive-pg-client": "postgres",
    "com.mysql:mysql-connector-j": "mysql", "mysql:mysql-connector-java": "mysql", "io.quarkus:quarkus-jdbc-mysql": "mysql",
    "org.mariadb.jdbc:mariadb-java-client": "mysql", "com.h2database:h2": "h2", "com.microsoft.sqlserver:mssql-jdbc": "mssql",
    "org.xerial:sqlite-jdbc": "sqlite", "com.oracle.database.jdbc:ojdbc11": "oracle",
}  # fmt: skip
"""Drivers that a JVM's build declares and that no code imports: the address, which names the database, comes from outside."""

BROKERS: Mapping[str, Mapping[str, str]] = {
    "javascript": {
        "bullmq": "bullmq", "bull": "bull", "kafkajs": "kafka", "amqplib": "rabbitmq", "@aws-sdk/client-sqs": "sqs", "nats": "nats",
        "mqtt": "mqtt", "@google-cloud/pubsub": "pubsub", "agenda": "agenda", "bee-queue": "bee-queue", "pg-boss": "pg-boss",
        "@temporalio/client": "temporal", "inngest": "inngest", "@azure/service-bus": "servicebus",
    },
    "go": {
        "github.com/segmentio/kafka-go": "kafka", "github.com/IBM/sarama": "kafka", "github.com/Shopify/sarama": "kafka",
        "github.com/confluentinc/confluent-kafka-go": "kafka", "github.com/rabbitmq/amqp091-go": "rabbitmq",
        "github.com/streadway/amqp": "rabbitmq", "github.com/nats-io/nats.go": "nats", "github.com/hibiken/asynq": "asynq",
        "cloud.google.com/go/pubsub": "pubsub", "github.com/aws/aws-sdk-go-v2/service/sqs": "sqs",
        "github.com/eclipse/paho.mqtt.golang": "mqtt", "go.temporal.io/sdk": "temporal",
    },
    "java": {
        "org.springframework.kafka": "kafka", "org.apache.kafka": "kafka", "org.springframework.amqp": "rabbitmq",
        "com.rabbitmq": "rabbitmq", "io.nats": "nats", "software.amazon.awssdk.services.sqs": "sqs", "org.springframework.jms": "jms",
    },
    "ruby": {
        "sidekiq": "sidekiq", "resque": "resque", "delayed_job": "delayed-job", "good_job": "good-job", "solid_queue": "solid-queue",
        "bunny": "rabbitmq", "ruby-kafka": "kafka", "karafka": "kafka", "racecar": "kafka", "sneakers": "rabbitmq",
    },
    "rust": {
        "rdkafka": "kafka", "lapin": "rabbitmq", "async_nats": "nats", "nats": "nats", "aws_sdk_sqs": "sqs", "rumqttc": "mqtt",
    },
    "csharp": {
        "Confluent.Kafka": "kafka", "RabbitMQ.Client": "rabbitmq", "MassTransit": "masstransit", "Hangfire": "hangfire",
        "Azure.Messaging.ServiceBus": "servicebus", "Amazon.SQS": "sqs", "NATS.Client": "nats",
    },
    "php": {
        "PhpAmqpLib": "rabbitmq", "RdKafka": "kafka",
    },
}  # fmt: skip

MODELS: Mapping[str, Mapping[str, str]] = {
    "go": {
        "github.com/sashabaranov/go-openai": "openai", "github.com/openai/openai-go": "openai",
        "github.com/anthropics/anthropic-sdk-go": "anthropic",
    },
    "rust": {"async_openai": "openai"},
    "csharp": {"OpenAI": "openai", "OpenAI_API": "openai", "Azure.AI.OpenAI": "azure-openai"},
    "java": {"com.openai.client": "openai", "com.theokanning.openai": "openai"},
}  # fmt: skip
"""SDKs of language models; those of JavaScript stand in `polyglot/jssdks.py`."""

_STRING = {"kind": "string_literal"}
_NAME = {"any": [{"kind": "identifier"}, {"kind": "type_identifier"}]}


def _option(keys: str, values: str) -> dict[str, object]:
    """A member of an options object with one of these string values."""
    return {"kind": "pair", "all": [
        {"has": {"field": "key", "regex": f"^[\"']?({keys})[\"']?$"}},
        {"has": {"field": "value", "regex": f"^[\"'`]({values})[\"'`]$"}},
    ]}  # fmt: skip


def _php(kind: str, regex: str) -> dict[str, object]:
    return {"kind": kind, "regex": regex}


_ORM = ("dialect", "client", "typeorm", "TypeOrm", "DataSource", "provider")
_TYPEORM = ("DataSource", "TypeOrm", "createConnection", "ConnectionOptions")
_TYPEORM_OPTIONS = r"(TypeOrmModuleOptions|DataSourceOptions|ConnectionOptions|PostgresConnectionOptions)\b"
_OPTIONS = "dialect|client|provider"
CODE_MARKS: tuple[tuple[str, Mapping[str, object], tuple[str, ...], str], ...] = (
    *(("csharp", {"kind": "invocation_expression", "has": {"field": "function", "regex": rf"(?i)\.{method}(<\w+>)?$"}}, words, name)
      for method, words, name in (
          ("UseNpgsql", ("UseNpgsql",), "postgres"), ("UseSqlServer", ("UseSqlServer",), "mssql"), ("UseSqlite", ("UseSqlite",), "sqlite"),
          ("UseMySql", ("UseMySQL", "UseMySql"), "mysql"), ("UseCosmos", ("UseCosmos",), "cosmosdb"))),
    ("php", _php("object_creation_expression", r"""(?s)^new\s+\\?PDO\(\s*["']mysql:|^new\s+\\?mysqli\("""), ("PDO", "mysqli"), "mysql"),
    *(("php", _php("array_element_initializer", rf"""^['"]driver['"]\s*=>\s*['"]{driver}['"]$""", ), ("'driver'", '"driver"'), name)
      for driver, name in (("mysql", "mysql"), ("pgsql", "postgres"), ("sqlsrv", "mssql"))),
    *(("php", _php(kind, rf"""^["']{driver}:(host|unix_socket|dbname|port)="""), (f"{driver}:",), name)
      for kind in ("string", "encapsed_string") for driver, name in (("mysql", "mysql"), ("pgsql", "postgres"))),
    ("php", _php("function_call_expression", r"^mysqli_connect\("), ("mysqli_connect",), "mysql"),
    ("php", _php("object_creation_expression", r"""(?s)^new\s+\\?PDO\(\s*["']pgsql:"""), ("PDO",), "postgres"),
    ("php", _php("function_call_expression", r"^pg_connect\("), ("pg_connect",), "postgres"),
    ("php", _php("object_creation_expression", r"""(?s)^new\s+\\?PDO\(\s*["']sqlite:|^new\s+\\?SQLite3\("""),
     ("PDO", "SQLite3"), "sqlite"),
    ("php", _php("object_creation_expression", r"^new\s+\\?Redis\b"), ("Redis",), "redis"),
    ("java", {**_STRING, "regex": r'^"jdbc:postgresql:'}, ("jdbc:",), "postgres"),
    ("java", {**_STRING, "regex": r'^"jdbc:(mysql|mariadb):'}, ("jdbc:",), "mysql"),
    ("java", {**_STRING, "regex": r'^"jdbc:sqlite:'}, ("jdbc:",), "sqlite"),
    ("java", {**_STRING, "regex": r'^"jdbc:sqlserver:'}, ("jdbc:",), "mssql"),
    ("java", {**_STRING, "regex": r'^"jdbc:oracle:'}, ("jdbc:",), "oracle"),
    ("java", {**_STRING, "regex": r'^"jdbc:h2:'}, ("jdbc:",), "h2"),
    ("rust", {**_NAME, "regex": "^(PgPool|PgConnection|PgPoolOptions|Postgres)$"},
     ("PgPool", "PgConnection", "sqlx::Postgres"), "postgres"),
    ("rust", {**_NAME, "regex": "^(MySqlPool|MySqlPoolOptions|MysqlConnection|MySql)$"},
     ("MySqlPool", "MysqlConnection", "sqlx::MySql"), "mysql"),
    ("rust", {**_NAME, "regex": "^(SqlitePool|SqlitePoolOptions|SqliteConnection|Sqlite)$"},
     ("SqlitePool", "SqliteConnection", "sqlx::Sqlite"), "sqlite"),
    ("javascript", _option(_OPTIONS, "postgres|postgresql|pg"), _ORM, "postgres"),
    ("javascript", _option(_OPTIONS, "mysql2?|mariadb"), _ORM, "mysql"),
    ("javascript", _option(_OPTIONS, "sqlite|turso|(better-)?sqlite3"), _ORM, "sqlite"),
    *(
        ("javascript", {**_option("type", values), "inside": {"kind": "object", "inside": {"stopBy": "end", "any": [
            {"kind": "call_expression", "regex": r"(?s)^(createConnection|[\w.]*TypeOrm\w*\.forRoot\w*)\("},
            {"kind": "new_expression", "regex": r"(?s)^new\s+DataSource\("},
            {"kind": "variable_declarator", "regex": rf"^\w+\s*:\s*{_TYPEORM_OPTIONS}"},
            {"any": [{"kind": "method_definition"}, {"kind": "function_declaration"}, {"kind": "arrow_function"}],
             "regex": rf"(?s)^[^{{]*\)\s*:\s*(Promise<)?{_TYPEORM_OPTIONS}"},
        ]}}}, _TYPEORM, name)
        for values, name in (("postgres", "postgres"), ("mysql|mariadb", "mysql"), ("(better-)?sqlite3?", "sqlite"), ("mongodb", "mongodb"),
                             ("mssql", "mssql"), ("cockroachdb", "cockroachdb"), ("oracle", "oracle"))
    ),
)  # fmt: skip
"""Marks in code that name a datastore without an import: builders, connection strings, ORM options. Language, rule, words, name."""

CONFIGURATION: tuple[tuple[tuple[str, ...], re.Pattern[str], Mapping[str, str]], ...] = (
    (
        ("*.prisma",),
        lazy(r"""^\s*provider\s*=\s*["'](postgresql|mysql|sqlite|mongodb|sqlserver|cockroachdb)["']""", re.MULTILINE),
        {
            "postgresql": "postgres",
            "mysql": "mysql",
            "sqlite": "sqlite",
            "mongodb": "mongodb",
            "sqlserver": "mssql",
            "cockroachdb": "cockroachdb",
        },
    ),
    (
        ("config/database.yml", "*/config/database.yml"),
        lazy(r"^\s*adapter:\s*(postgresql|postgis|mysql2|trilogy|sqlite3|sqlserver)\b", re.MULTILINE),
        {"postgresql": "postgres", "postgis": "postgres", "mysql2": "mysql", "trilogy": "mysql", "sqlite3": "sqlite", "sqlserver": "mssql"},
    ),
    (
        ("application*.properties", "application*.yml", "application*.yaml", "bootstrap*.yml", "bootstrap*.properties", "*.conf",
         "hibernate*.xml", "persistence*.xml", "context.xml", "applicationContext*.xml", "spring*.xml", "mybatis*.xml", "db.properties",
         "database.properties", "jdbc.properties", "config.properties", "hikari*.properties", "druid*.properties"),
        lazy(r"jdbc:(postgresql|mysql|mariadb|h2|sqlserver|oracle|sqlite)\b"),
        {
            "postgresql": "postgres",
            "mysql": "mysql",
            "mariadb": "mysql",
            "h2": "h2",
            "sqlserver": "mssql",
            "oracle": "oracle",
            "sqlite": "sqlite",
        },
    ),
    (
        ("config/database.php", "*/config/database.php"),
        lazy(r"""env\(\s*['"]DB_CONNECTION['"]\s*,\s*['"](mysql|pgsql|sqlite|sqlsrv|mariadb)"""),
        {"mysql": "mysql", "pgsql": "postgres", "sqlite": "sqlite", "sqlsrv": "mssql", "mariadb": "mysql"},
    ),
    (
        ("application*.properties",),
        lazy(r"^\s*(spring\.data\.redis\.(?:host|url)|spring\.redis\.(?:host|url)|spring\.data\.mongodb\.(?:uri|host)|quarkus\.mongodb\."
             r"connection-string|quarkus\.redis\.hosts|spring\.elasticsearch\.uris|spring\.neo4j\.uri|mongodb\.uri|redis\.uri)\s*[=:]",
             re.MULTILINE),
        {
            "spring.data.redis.host": "redis", "spring.data.redis.url": "redis", "spring.redis.host": "redis", "spring.redis.url": "redis",
            "spring.data.mongodb.uri": "mongodb", "spring.data.mongodb.host": "mongodb", "quarkus.mongodb.connection-string": "mongodb",
            "quarkus.redis.hosts": "redis", "spring.elasticsearch.uris": "elasticsearch", "spring.neo4j.uri": "neo4j",
            "mongodb.uri": "mongodb", "redis.uri": "redis",
        },
    ),
    (
        ("application*.yml", "application*.yaml", "bootstrap*.yml"),
        lazy(r"^[ \t]+(redis|mongodb|elasticsearch|neo4j):[ \t]*\r?\n[ \t]+(?:host|hosts|ur[il]s?|connection-string):[ \t]*\S",
             re.MULTILINE),
        {name: name for name in ("redis", "mongodb", "elasticsearch", "neo4j")},
    ),
    (
        (".env.example", ".env"),
        lazy(r"^\s*DB_CONNECTION\s*=\s*(mysql|pgsql|sqlite|sqlsrv|mariadb)\b", re.MULTILINE),
        {"mysql": "mysql", "pgsql": "postgres", "sqlite": "sqlite", "sqlsrv": "mssql", "mariadb": "mysql"},
    ),
)
"""Configuration files that name the datastore."""
