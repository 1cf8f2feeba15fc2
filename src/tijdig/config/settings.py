"""Django's settings. Everything that differs per installation comes from the environment (docs/CONFIGURATION.md)."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from tijdig.config.environment import database_options, home, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = home()
DEBUG = os.environ.get("TIJDIG_DEBUG") == "1"
SECRET_KEY = secret_key(HOME)
ALLOWED_HOSTS = os.environ.get("TIJDIG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
PUBLIC_URL = os.environ.get("TIJDIG_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SITE_NAME = "Tijdig"

INSTALLED_APPS = [
    "tijdig.infra",
    "tijdig.organisations",
    "tijdig.customers",
    "tijdig.ledger",
    "tijdig.banking",
    "tijdig.invoices",
    "tijdig.messaging",
    "tijdig.payments",
    "tijdig.dunning",
    "tijdig.integrations.mailbox",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tijdig.interfaces.web.middleware.SecureHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tijdig.interfaces.web.middleware.WayBack",
    "tijdig.interfaces.web.middleware.OrganisationWall",
]

ROOT_URLCONF = "tijdig.config.urls"
WSGI_APPLICATION = "tijdig.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "interfaces" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tijdig.interfaces.web.tags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tijdig.interfaces.web.context.house",
            ],
        },
    },
]

DATABASES = {"default": database_options(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Numbers of a flush in one statement; large imports go by COPY instead.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# One uploaded file; a camt.053 of 100,000 entries is 110 MB.
WATCHED_FOLDER = Path(os.environ.get("TIJDIG_INBOX") or HOME / "inbox")
LARGEST_UPLOAD = int(os.environ.get("TIJDIG_LARGEST_UPLOAD_MB", "256")) * 1024 * 1024

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "tijdig.interfaces.web.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tijdig"

CACHES = {
    "default": {
        # Shared by all web processes, so that a login rate limit counts once.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "infra_cache",
    }
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("fr", _("French")), ("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
USE_I18N = True
# Numbers are written by our own tags; an id in an address or form keeps its digits together.
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "interfaces" / "web" / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None

# Mail leaves by SMTP; a demonstration organisation's mail goes to the built-in mailbox instead.
EMAIL_HOST = os.environ.get("TIJDIG_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("TIJDIG_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("TIJDIG_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TIJDIG_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("TIJDIG_SMTP_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.dummy.EmailBackend"  # a link to choose a password is for no log
)
DEFAULT_FROM_EMAIL = os.environ.get("TIJDIG_FROM", "tijdig@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TIJDIG_LOG_LEVEL", "WARNING")},
}

# Jobs are found by their name; the worker loads them from here.
PROCRASTINATE_IMPORT_PATHS = ["tijdig.interfaces.worker.jobs"]
# The adapter of each way a message can travel.
CHANNELS = {
    "EMAIL": "tijdig.integrations.smtp.channel.SmtpChannel",
    "DEMO_MAILBOX": "tijdig.integrations.mailbox.channel.MailboxChannel",
}
