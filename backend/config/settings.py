"""All settings, read from the environment and `.env`, checked before anything starts.

Every variable is described in `.env.example`.
"""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext

from config.environment import Environment, default_mail

# Allows generic Django classes, such as ModelAdmin[Track], at run time.
django_stubs_ext.monkeypatch()

BACKEND_DIR = Path(__file__).resolve().parent.parent
PROJECT_DIR = BACKEND_DIR.parent

environment = Environment(env_file=Path(os.environ.get("ENV_FILE") or PROJECT_DIR / ".env"))

environment.read_from_file("SECRET_KEY_FILE")
environment.read_from_file("DATABASE_URL_FILE")
environment.read_from_file("REDIS_URL_FILE")
environment.read_from_file("EMAIL_URL_FILE")
environment.read_from_file("METRICS_TOKEN_FILE")
environment.read_from_file("SENTRY_DSN_FILE")
environment.read_from_file("SUBSONIC_PASSWORD_FILE")
environment.read_from_file("SPOTIFY_CLIENT_SECRET_FILE")
environment.read_from_file("RAPIDAPI_KEY_FILE")
environment.read_from_file("YOUTUBE_API_KEY_FILE")
environment.read_from_file("CHART_REPORT_WEBHOOK_URL_FILE")

# --- Folders and hosts -----------------------------------------------------------------------------

DATA_DIR = environment.folder("DATA_DIR", PROJECT_DIR / "data", base=PROJECT_DIR)
HOST = environment.text("HOST") or "127.0.0.1"
PORT = environment.integer("PORT", 4000, least=0, most=65535)
# This machine's host names and public URLs, set when the server listens (core.network).
LOCAL_HOSTNAMES: list[str] = []
PUBLIC_URLS: list[str] = []
RECOMMENDATION_MODEL = DATA_DIR / "recommendations.model"
# None: models are trained only on this server's plays and likes.
RECOMMENDATION_DATA_DIR = environment.existing_folder("RECOMMENDATION_DATA_DIR", base=PROJECT_DIR)

# Folders with audio files; audio is served only from these.
MUSIC_DIRS = environment.existing_folders("MUSIC_DIRS", base=PROJECT_DIR)
# Where a proxy in front of this server delivers the same folders; "": this server sends the files itself.
AUDIO_ACCEL_PREFIX = environment.text("AUDIO_ACCEL_PREFIX").rstrip("/")
# A server with music of its own. Without a user, the password is an API key.
SUBSONIC_URL = environment.service_url("SUBSONIC_URL", "")
SUBSONIC_USER = environment.text("SUBSONIC_USER")
SUBSONIC_PASSWORD = environment.text("SUBSONIC_PASSWORD")
environment.all_or_none("SUBSONIC_URL", "SUBSONIC_PASSWORD")

# --- Web app --------------------------------------------------------------------------------------

FRONTEND_DIR = PROJECT_DIR / (environment.text("FRONTEND_DIR") or "frontend/dist")
COVER_HOSTS = environment.host_names("COVER_HOSTS")
EMBED_HOSTS = environment.host_names("EMBED_HOSTS", such_as="open.spotify.com")

# --- Logs, metrics, error reports -------------------------------------------------------------------

LOG_LEVEL = environment.one_of("LOG_LEVEL", "INFO", among=["DEBUG", "INFO", "WARNING", "ERROR"])
METRICS_TOKEN = environment.text("METRICS_TOKEN")
SENTRY_DSN = environment.dsn("SENTRY_DSN", package="sentry_sdk", lock="requirements/sentry.txt")

# --- Secrets, hosts, origins -----------------------------------------------------------------------

DEBUG = environment.flag("DEBUG", default=False)
SECRET_KEY = environment.secret_key("SECRET_KEY", file=DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], may_be_empty=False)
CORS_ALLOWED_ORIGINS = environment.origins(
    "CORS_ALLOWED_ORIGINS", ["http://localhost:3000", "http://127.0.0.1:3000"] if DEBUG else []
)
TRUSTED_PROXIES = environment.integer("TRUSTED_PROXIES", 0, least=0, most=10)

CORS_URLS_REGEX = r"^/(api|graph-data|playlist-data|service-playlist|last-updated|header-art)/.*$"
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "last-event-id",
    "x-guest-token",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "Retry-After",
    "Idempotency-Replayed",
    "X-Request-ID",
    "X-Stream-Epoch",
    "X-Stream-Seq",
    "X-Match-Count",
    "X-Total-Count",
    "X-Total-Is-Least",
]

SESSION_ENGINE = "apps.users.session_store"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # the admin's forms contain the token
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Cookies are Secure in every response to https (core.http_security); HTTPS_ONLY allows no other.
HTTPS_ONLY = environment.flag("HTTPS_ONLY", default=False)
# No other host, and no page loaded over http, can set a cookie with this name.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS_ONLY else "sessionid"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # sent by core.http_security, where browsers support it
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
# Requested by monitoring on this machine, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^api/health/", r"^metrics$"]
# This server does not decide about subdomains and browsers' preload lists.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
GUEST_COOKIE_NAME = "tutti_guest"
GUEST_COOKIE_AGE_SECONDS = 365 * 24 * 3600

# --- Mail ------------------------------------------------------------------------------------------

# Django's settings of mail, by name.
MAIL = environment.mail("EMAIL_URL", default_mail())
EMAIL_BACKEND, EMAIL_FILE_PATH = MAIL["EMAIL_BACKEND"], MAIL["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"], MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.get("EMAIL_USE_TLS", False), MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM") or "tutti@localhost"
PASSWORD_RESET_TIMEOUT = 3600

# --- Queue -----------------------------------------------------------------------------------------

AUTO_SORT_BY_VOTES = environment.flag("AUTO_SORT_BY_VOTES", default=False)
API_ALWAYS_PAGINATE = environment.flag("API_ALWAYS_PAGINATE", default=False)
MAX_QUEUE_ITEMS = environment.integer("MAX_QUEUE_ITEMS", 1000, least=1, most=100_000)
OPEN_DISCOVERY_API = environment.flag("OPEN_DISCOVERY_API", default=False)
RATE_LIMIT_FACTOR = environment.decimal("RATE_LIMIT_FACTOR", 1.0, least=0, most=1_000_000)

# --- Live events -----------------------------------------------------------------------------------

HEARTBEAT_SECONDS = environment.decimal("HEARTBEAT_SECONDS", 25, least=0.05, most=3600)
# The limit of unsent bytes of live events per socket. Larger than one batch.
SOCKET_SEND_BUFFER_BYTES = environment.integer(
    "SOCKET_SEND_BUFFER_BYTES", 1024 * 1024, least=128 * 1024, most=1024 * 1024 * 1024
)
SOCKET_MESSAGES_PER_SECOND = environment.decimal("SOCKET_MESSAGES_PER_SECOND", 5, least=0.1, most=100_000)
SOCKET_MAX_MESSAGE_BYTES = environment.integer(
    "SOCKET_MAX_MESSAGE_BYTES", 64 * 1024, least=1024, most=16 * 1024 * 1024
)
# Of one process; 0 is as many as its open files allow (core.process_tuning).
MAX_CONNECTIONS = environment.integer("MAX_CONNECTIONS", 0, least=0, most=10_000_000)
MAX_CONNECTIONS_PER_ADDRESS = environment.integer(
    "MAX_CONNECTIONS_PER_ADDRESS", 500, least=1, most=10_000_000
)
# Fewer than DATABASE_POOL_SIZE, because live events and jobs use connections too.
MAX_CONCURRENT_REQUESTS = environment.integer("MAX_CONCURRENT_REQUESTS", 16, least=1, most=1000)
EVENT_LOG_KEEP_EVENTS = environment.integer("EVENT_LOG_KEEP_EVENTS", 10_000, least=1, most=100_000_000)
EVENT_LOG_KEEP_DAYS = environment.decimal("EVENT_LOG_KEEP_DAYS", 7, least=0.001, most=36_500)

# --- Background jobs -------------------------------------------------------------------------------

EMBEDDED_JOB_WORKER = environment.flag("EMBEDDED_JOB_WORKER", default=True)

# --- Music services --------------------------------------------------------------------------------

# If both are set, Spotify's search is a source of recommendations.
SPOTIFY_CLIENT_ID = environment.text("SPOTIFY_CLIENT_ID")
SPOTIFY_CLIENT_SECRET = environment.text("SPOTIFY_CLIENT_SECRET")
environment.all_or_none("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET")
SPOTIFY_API_URL = environment.service_url("SPOTIFY_API_URL", "https://api.spotify.com/v1")
SPOTIFY_ACCOUNTS_URL = environment.service_url("SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com")

# --- Charts ----------------------------------------------------------------------------------------

# Concurrent requests to services, and rows per statement.
ETL_THREAD_COUNT = environment.integer("ETL_THREAD_COUNT", 8, least=1, most=100)
ETL_BATCH_SIZE = environment.integer("ETL_BATCH_SIZE", 500, least=1, most=10_000)
# Per request; readers of web pages are slow.
ETL_TIMEOUT_SECONDS = environment.decimal("ETL_TIMEOUT_SECONDS", 20, least=0.1, most=300)
# For Apple Music and SoundCloud.
RAPIDAPI_KEY = environment.text("RAPIDAPI_KEY")
APPLE_MUSIC_API_URL = environment.service_url("APPLE_MUSIC_API_URL", "https://apple-music24.p.rapidapi.com")
SOUNDCLOUD_API_URL = environment.service_url(
    "SOUNDCLOUD_API_URL", "https://soundcloud-scraper.p.rapidapi.com"
)
YOUTUBE_API_KEY = environment.text("YOUTUBE_API_KEY")
YOUTUBE_API_URL = environment.service_url("YOUTUBE_API_URL", "https://www.googleapis.com/youtube/v3")
# Units that a project may use from midnight to midnight in California.
YOUTUBE_DAILY_QUOTA = environment.integer("YOUTUBE_DAILY_QUOTA", 10_000, least=0, most=100_000_000)
# Tables of data that no API provides: daily play counts of Spotify, and audio features.
SPOTIFY_PLAY_COUNTS_URL = environment.file_url("SPOTIFY_PLAY_COUNTS_URL")
SPOTIFY_PLAY_COUNTS_MARKET = environment.text("SPOTIFY_PLAY_COUNTS_MARKET")
AUDIO_FEATURES_URL = environment.file_url("AUDIO_FEATURES_URL")
# Recipients of the daily report.
CHART_REPORT_EMAILS = environment.mail_addresses("CHART_REPORT_EMAILS")
CHART_REPORT_WEBHOOK_URL = environment.webhook_url("CHART_REPORT_WEBHOOK_URL")
# The playlists of each genre's chart.
GENRES = ["pop", "dance", "rap", "country"]
SPOTIFY_CHARTS = environment.mapping(
    "SPOTIFY_CHARTS",
    {
        "pop": "37i9dQZF1DXcBWIGoYBM5M",
        "dance": "37i9dQZF1DX4dyzvuaRJ0n",
        "rap": "37i9dQZF1DX0XUsuxWHRQd",
        "country": "37i9dQZF1DX1lVhptIYRda",
    },
    keys=GENRES,
)
APPLE_MUSIC_CHARTS = environment.mapping(
    "APPLE_MUSIC_CHARTS",
    {
        "pop": "https://music.apple.com/us/playlist/a-list-pop/pl.5ee8333dbe944d9f9151e97d92d1ead9",
        "dance": "https://music.apple.com/us/playlist/dancexl/pl.6bf4415b83ce4f3789614ac4c3675740",
        "rap": "https://music.apple.com/us/playlist/rap-life/pl.abe8ba42278f4ef490e3a9fc5ec8e8c5",
        "country": "https://music.apple.com/us/playlist/a-list-country/pl.87bb5b36a9bd49db8c975607452bfa2b",
    },
    keys=GENRES,
)
SOUNDCLOUD_CHARTS = environment.mapping(
    "SOUNDCLOUD_CHARTS",
    {
        "pop": "https://soundcloud.com/soundcloud-shine/sets/ear-candy-fresh-pop-picks",
        "dance": "https://soundcloud.com/soundcloud-the-peak/sets/on-the-up-new-edm-hits",
        "rap": "https://soundcloud.com/soundcloud-hustle/sets/drippin-best-rap-right-now",
        "country": "https://soundcloud.com/soundcloud-shine/sets/backroads-best-country-now",
    },
    keys=GENRES,
)

# --- Database, channel layer, cache ----------------------------------------------------------------

REDIS_URLS = environment.redis_urls()

DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database(
        "DATABASE_URL", {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")}
    )
}
IS_SQLITE = str(DATABASES["default"]["ENGINE"]).endswith("sqlite3")
# The maximum number of connections of a process; further queries wait for a free one.
DATABASE_POOL_SIZE = environment.integer("DATABASE_POOL_SIZE", 20, least=1, most=1000)
DATABASE_POOL_WAIT_SECONDS = 5
# Seconds without a response after which either side closes a PostgreSQL connection.
DATABASE_TIMEOUT_SECONDS = environment.decimal("DATABASE_TIMEOUT_SECONDS", 10, least=1, most=600)

if IS_SQLITE:
    DATABASES["default"]["ENGINE"] = "core.sqlite"  # Django's backend, with a fair lock for writers
    DATABASES["default"]["CONN_MAX_AGE"] = None  # one connection per thread
    DATABASES["default"]["OPTIONS"] = {
        # A transaction takes the write lock when it begins, so that it waits for the lock instead of failing
        # with "database is locked" when it has read before it writes.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    from core.postgresql.base import DeadlineConnection

    DATABASES["default"]["ENGINE"] = "core.postgresql"  # Django's backend, with fewer exchanges
    own_options = DATABASES["default"].get("OPTIONS", {})
    milliseconds = int(DATABASE_TIMEOUT_SECONDS * 1000)
    # Several probes fit into the user timeout, which Linux applies instead of their number. With only one, it
    # ended idle connections after a single probe without a response.
    keepalives = {
        "keepalives_idle": min(10, max(1, int(DATABASE_TIMEOUT_SECONDS / 2))),
        "keepalives_interval": min(5, max(1, int(DATABASE_TIMEOUT_SECONDS / 5))),
        "keepalives_count": 3,
    }
    sessions = {
        # Waiting for a lock is limited: a write without a lock in time receives 503.
        "lock_timeout": milliseconds * 8 // 10,
        # A process that vanished during a write holds its room's lock no longer than this; not in
        # migrations, jobs and commands (core.postgresql).
        "idle_in_transaction_session_timeout": milliseconds,
        # Statements here take milliseconds: compiling them and starting processes for them takes longer.
        "jit": "off",
        "max_parallel_workers_per_gather": 0,
        **{f"tcp_{name}": value for name, value in keepalives.items()},
        "tcp_user_timeout": milliseconds * 3 // 2,
    }
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        **keepalives,
        "tcp_user_timeout": milliseconds * 3 // 2,
        **own_options,
        # PostgreSQL uses the last of several values: that of DATABASE_URL.
        "options": " ".join(
            [*(f"-c {name}={value}" for name, value in sessions.items()), own_options.get("options", "")]
        ).strip(),
        "pool": {
            "connection_class": DeadlineConnection,
            "min_size": 0,
            "max_size": DATABASE_POOL_SIZE,
            "timeout": DATABASE_POOL_WAIT_SECONDS,
            "reconnect_timeout": 1.0,
        },
    }

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "core.cache.LocalCache"}}
if REDIS_URLS:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "apps.realtime.redis_layer.RedisLayer",
        "CONFIG": {
            # Longer than the layer's own wait for a message (5 s), so that only a broken connection ends it.
            "hosts": [{"address": address, "socket_timeout": 15.0} for address in REDIS_URLS],
            "capacity": 1000,
            "expiry": 10,
        },
    }
    # The first of several hosts: Django would use the others as read replicas, and count nothing.
    CACHES["default"] = {"BACKEND": "core.redis_cache.GuardedRedisCache", "LOCATION": REDIS_URLS[:1]}

# --- Django ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.DaphneConfig",
    "core",
    "apps.jobs",
    "apps.realtime",
    "apps.tracks",
    "rest_framework_simplejwt.token_blacklist",
    "apps.users",
    "apps.audio",
    "apps.rooms",
    "apps.playlist",
    "apps.player",
    "apps.analytics",
    "apps.recommendations",
    "apps.counts",
    "apps.charts",
    "apps.tunemeld",
    "apps.frontend",
    "apps.api",
    "config",
    "channels",
    "corsheaders",
    "rest_framework",
    "drf_yasg",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "core.database.ConnectionMiddleware",
    "core.request_context.RequestContextMiddleware",
    "core.metrics.RequestMetricsMiddleware",
    "apps.tunemeld.legacy_pages.EnvelopeMiddleware",
    "core.http_security.SecurityHeadersMiddleware",
    "core.http_security.HttpsOnlyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.frontend.middleware.PageMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.middleware.RequestLimitMiddleware",
    "core.http_security.BodyLimitMiddleware",
    "core.http_security.OriginMiddleware",
    "core.middleware.IdempotencyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "users.User"
# The first handles all form logins; sessions refer to the second.
AUTHENTICATION_BACKENDS = [
    "apps.users.authentication.CountingBackend",
    "django.contrib.auth.backends.ModelBackend",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

PASSWORD_HASHERS = [
    "apps.users.authentication.FrugalArgon2",
    # Hashes of older accounts, upgraded at their next login.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # the admin's files are served from their package, without collectstatic
WHITENOISE_AUTOREFRESH = False

MAX_BODY_BYTES = 1024 * 1024
MAX_JSON_DEPTH = 32
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.users.jwt_tokens.BearerAuthentication",
        "core.identity.SessionWithoutCsrfToken",
    ],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["core.json_codec.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.json_codec.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.ListOrPages",
    "EXCEPTION_HANDLER": "core.error_responses.api_exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "people": {"()": "core.logs.terminal_formatter"},
        "json": {"()": "core.logs.json_formatter"},
    },
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "formatter": "people"},
        "file": {
            "class": "core.logs.SharedRotatingFile",
            "formatter": "json",
            "filename": str(DATA_DIR / "logs" / "django.log"),
        },
    },
    "root": {"handlers": ["terminal", "file"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # Logging each rejected request would let clients fill the log; core.errors logs internal errors.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # At DEBUG, these log each query and each missing template variable.
        "django.db.backends": {"level": "INFO"},
        "django.template": {"level": "INFO"},
        "asyncio": {"level": "INFO"},
        "daphne": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # These would log each request to a music service, with search terms and keys.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # Unavailable Redis is logged elsewhere; Celery keeps retrying.
        "celery.worker.consumer.consumer": {"level": "CRITICAL"},
    },
}

environment.finish()
