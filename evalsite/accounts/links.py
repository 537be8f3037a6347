"""Links with which a person chooses a password: what a mail server would send, handed over by the administrator."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from evalsite.models import User


def password_link(user: User) -> str:
    """Path of a page that sets this user's password: works once, for three days (PASSWORD_RESET_TIMEOUT)."""
    name = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("choose_password", args=[name, default_token_generator.make_token(user)])
