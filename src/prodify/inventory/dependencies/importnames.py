"""Names as data: modules whose distribution is called something else, and what frameworks bring along.

Kept by hand: the commonest of what prototypes import. A name that is missing is taken to be its own distribution.
"""

from __future__ import annotations

PAIRS = """
_cffi_backend=cffi _pytest=pytest absl=absl-py allauth=django-allauth apiclient=google-api-python-client attr=attrs azure=azure-core
bs4=beautifulsoup4 bson=pymongo,bson cassandra=cassandra-driver constance=django-constance corsheaders=django-cors-headers
crispy_forms=django-crispy-forms Crypto=pycryptodome,pycrypto Cryptodome=pycryptodomex
cv2=opencv-python,opencv-python-headless,opencv-contrib-python,opencv-contrib-python-headless dateutil=python-dateutil
debug_toolbar=django-debug-toolbar decouple=python-decouple discord=discord.py,py-cord,discord,nextcord django_filters=django-filter
dns=dnspython docx=python-docx dotenv=python-dotenv engineio=python-engineio environ=django-environ,environ-config
faiss=faiss-cpu,faiss-gpu fitz=pymupdf flask_mail=flask-mail,flask-mailman gi=pygobject git=gitpython github=pygithub
gitlab=python-gitlab gradio_client=gradio-client,gradio gridfs=pymongo grpc=grpcio grpc_health=grpcio-health-checking
grpc_reflection=grpcio-reflection grpc_tools=grpcio-tools grpc_status=grpcio-status haystack=haystack-ai,farm-haystack
igraph=python-igraph,igraph import_export=django-import-export jose=python-jose,jose jwt=pyjwt kafka=kafka-python,kafka-python-ng
keras=keras,tensorflow ldap=python-ldap Levenshtein=levenshtein,python-levenshtein llama_cpp=llama-cpp-python
llama_index=llama-index,llama-index-core magic=python-magic,python-magic-bin model_utils=django-model-utils mpl_toolkits=matplotlib
mptt=django-mptt multipart=python-multipart mysql=mysql-connector-python,mysql-connector MySQLdb=mysqlclient,mysql-python nacl=pynacl
ninja=django-ninja,ninja odf=odfpy opensearchpy=opensearch-py OpenSSL=pyopenssl osgeo=gdal paho=paho-mqtt past=future
pdfminer=pdfminer.six,pdfminer phonenumber_field=django-phonenumber-field PIL=pillow pinecone=pinecone,pinecone-client
pkg_resources=setuptools playhouse=peewee pptx=python-pptx psycopg=psycopg,psycopg-binary psycopg2=psycopg2,psycopg2-binary
psycopg_pool=psycopg-pool,psycopg pylab=matplotlib pythoncom=pywin32 pythonjsonlogger=python-json-logger pywintypes=pywin32
rapidjson=python-rapidjson readability=readability-lxml rest_framework=djangorestframework
rest_framework_simplejwt=djangorestframework-simplejwt,djangorestframework_simplejwt rpds=rpds-py RPi=rpi.gpio ruamel=ruamel.yaml
serial=pyserial skimage=scikit-image sklearn=scikit-learn,sklearn slack=slackclient,slack-sdk slack_sdk=slack-sdk,slackclient
slugify=python-slugify,unicode-slugify smbus=smbus2,smbus snowflake=snowflake-connector-python social_core=social-auth-core
social_django=social-auth-app-django socketio=python-socketio speech_recognition=speechrecognition storages=django-storages
taggit=django-taggit talib=ta-lib telebot=pytelegrambotapi telegram=python-telegram-bot
tensorflow=tensorflow,tensorflow-cpu,tensorflow-gpu,tensorflow-macos tlz=toolz usb=pyusb uwsgidecorators=uwsgi
vertexai=google-cloud-aiplatform vlc=python-vlc websocket=websocket-client whisper=openai-whisper widget_tweaks=django-widget-tweaks
win32api=pywin32 win32com=pywin32 win32con=pywin32 win32gui=pywin32 wx=wxpython xdist=pytest-xdist yaml=pyyaml zmq=pyzmq
"""
NAMESPACES = {
    "google.generativeai": ("google-generativeai",),
    "google.genai": ("google-genai",),
    "google.protobuf": ("protobuf",),
    "google.auth": ("google-auth",),
    "google.oauth2": ("google-auth",),
    "google.adk": ("google-adk",),
    "google.rpc": ("googleapis-common-protos",),
    "googleapiclient": ("google-api-python-client",),
    "google_auth_oauthlib": ("google-auth-oauthlib",),
    "ruamel.yaml": ("ruamel.yaml",),
    "opentelemetry.sdk": ("opentelemetry-sdk",),
    "opentelemetry.trace": ("opentelemetry-api",),
    "opentelemetry.metrics": ("opentelemetry-api",),
    "snowflake.sqlalchemy": ("snowflake-sqlalchemy",),
    "snowflake.snowpark": ("snowflake-snowpark-python",),
    "mysql.connector": ("mysql-connector-python",),
    "flask.ext": ("flask",),
    "azure.functions": ("azure-functions",),
    "azure.storage.blob": ("azure-storage-blob",),
}
"""Distributions of packages inside shared namespaces, where the dotted name does not say it."""
SHARED = frozenset("google azure opentelemetry ruamel zope backports jaraco sphinxcontrib airflow llama_index snowflake aws_cdk".split())
PROVIDED = {
    "flask": "werkzeug jinja2 markupsafe itsdangerous click blinker",
    "fastapi": "starlette pydantic pydantic-core typing-extensions annotated-types",
    "django": "asgiref sqlparse",
    "boto3": "botocore s3transfer",
    "flask-sqlalchemy": "sqlalchemy",
    "flask-migrate": "alembic",
    "flask-wtf": "wtforms",
    "flask-jwt-extended": "pyjwt",
    "flask-socketio": "python-socketio python-engineio",
    "celery": "kombu billiard amqp vine",
    "sqlmodel": "sqlalchemy pydantic",
    "pandas": "numpy python-dateutil",
    "scikit-learn": "numpy scipy joblib",
    "tensorflow": "keras numpy",
    "langchain": "langchain-core langchain-text-splitters",
    "llama-index": "llama-index-core",
    "djangorestframework": "django",
    "discord.py": "aiohttp",
    "typer": "click",
    "pymongo": "bson gridfs",
    "opentelemetry-sdk": "opentelemetry-api opentelemetry-semantic-conventions",
    "opentelemetry-distro": "opentelemetry-api opentelemetry-sdk",
    "uvicorn": "click h11",
    "google-cloud-aiplatform": "vertexai google-auth",
    "wagtail": "django django-modelcluster django-taggit django-filter djangorestframework willow",
    "mcp": "pydantic starlette anyio",
    "pytest": "pluggy",
    "aiogram": "aiohttp pydantic",
    "starlette": "anyio",
    "pydantic": "pydantic-core annotated-types",
    "pydantic-settings": "pydantic",
}
"""What a framework hands on as part of its own interface: importing it with the framework declared is no mistake."""
IMPLICIT = frozenset(
    "accelerate aiomysql aiosqlite argon2-cffi asyncpg azure-storage-blob bcrypt bitsandbytes blinker brotli certifi chromadb click "
    "colorama cryptography daphne ddtrace dj-database-url django-heroku einops email-validator eventlet faiss-cpu ffmpeg "
    "ffmpeg-python flower gevent google-cloud-storage greenlet gunicorn hiredis honcho html5lib httptools hypercorn ipykernel "
    "itsdangerous jinja2 jupyter lxml markupsafe mysqlclient newrelic notebook openpyxl orjson pillow pip protobuf psycopg "
    "psycopg-binary psycopg2 psycopg2-binary pyarrow pymysql pynacl pyopenssl pyreadline3 pysqlite3-binary python-dotenv "
    "python-multipart pywin32 redis safetensors sentencepiece setuptools supervisor tiktoken torchaudio torchvision "
    "typing-extensions tzdata ujson uvicorn uvloop uwsgi waitress watchdog watchfiles websockets werkzeug wheel whitenoise xformers "
    "xlrd xlsxwriter".split()
)
"""Distributions that are used without an import: servers, drivers, optional speed-ups, plug-ins."""
REMOVED_STDLIB = frozenset(
    "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap msilib nis nntplib ossaudiodev pipes smtpd "
    "sndhdr spwd sunau telnetlib uu xdrlib binhex formatter parser symbol macpath dummy_threading _bootlocale".split()
)
"""Modules that older Pythons shipped; code that imports them needs no distribution there."""
