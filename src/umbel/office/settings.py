# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Django's settings, made from what the deployment says (`config.py`)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from umbel.office.accounts.settings import *  # noqa: F403 - what accounts need is said beside them
from umbel.office.config import config

_config = config()
_here = Path(__file__).parent
_secure = bool(_config.address and _config.address.startswith("https://"))

SECRET_KEY = _config.secret_key
DEBUG = _config.debug
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if _config.address:
    ALLOWED_HOSTS.append(urlsplit(_config.address).hostname or "")
    CSRF_TRUSTED_ORIGINS = [_config.address]

INSTALLED_APPS = [
    "umbel.office.accounts",
    "umbel.office.records",
    "umbel.office.inbox",
    "umbel.office.uploads",
    "umbel.office",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]
MIDDLEWARE = [
    "umbel.office.middleware.Watch",
    "django.middleware.security.SecurityMiddleware",
    "umbel.office.static_files.Served",
    "umbel.office.middleware.Headers",
    "umbel.office.middleware.Probes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "umbel.office.accounts.middleware.Tokens",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "umbel.office.middleware.Access",
]
ROOT_URLCONF = "umbel.office.urls"
WSGI_APPLICATION = "umbel.office.wsgi.application"
_features = sorted(str(path) for path in _here.glob("*/**/templates") if path.is_dir())
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(_here / "templates"), *_features],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "umbel.office.context.office",
            ],
            "builtins": ["umbel.office.templatetags.parts"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

DATABASES = {"default": _config.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None

DATA_UPLOAD_MAX_MEMORY_SIZE = 128 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 50

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "umbel.office.static_files.Digested"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING_CONFIG = None
