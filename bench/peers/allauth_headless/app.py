"""django-allauth's headless interface for browsers, in one file of Django."""
# mypy: ignore-errors

import os
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

_DJANGO = "django.contrib"

settings.configure(
    ACCOUNT_EMAIL_VERIFICATION="none",
    ACCOUNT_LOGIN_METHODS={"email"},
    ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
    ALLOWED_HOSTS=["127.0.0.1"],
    AUTHENTICATION_BACKENDS=[
        "allauth.account.auth_backends.AuthenticationBackend"
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    HEADLESS_CLIENTS=("browser",),
    HEADLESS_ONLY=True,
    INSTALLED_APPS=[
        f"{_DJANGO}.auth",
        f"{_DJANGO}.contenttypes",
        f"{_DJANGO}.sessions",
        f"{_DJANGO}.messages",
        "allauth",
        "allauth.account",
        "allauth.headless",
    ],
    MIDDLEWARE=[
        f"{_DJANGO}.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        f"{_DJANGO}.auth.middleware.AuthenticationMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    PASSWORD_HASHERS=[f"{_DJANGO}.auth.hashers.BCryptSHA256PasswordHasher"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for a measurement on one machine and nothing else",
    TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates"}
    ],
    USE_TZ=True,
)
django.setup()

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
]
app = get_wsgi_application()


def seed(count):
    """Make so many accounts that are signed in; print their cookies."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    hashed = make_password("a password of some length")
    for number in range(count):
        email = f"u{number}@example.com"
        user = get_user_model().objects.create(
            username=f"u{number}", email=email, password=hashed
        )
        EmailAddress.objects.create(
            user=user, email=email, primary=True, verified=True
        )
        client = Client()
        client.force_login(user)
        print(f"{email}\tsessionid={client.cookies['sessionid'].value}")


if __name__ == "__main__":
    # The addresses of ROOT_URLCONF are looked up by the file's own name.
    sys.modules["app"] = sys.modules["__main__"]
    seed(int(sys.argv[1]))
