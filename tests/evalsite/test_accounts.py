import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalsite.accounts import attempts
from evalsite.models import FailedLogIn, User

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a long enough phrase"


def choose(client, link: str, password: str = NEW_PASSWORD):
    """Follow a password link the way a browser does: the token moves into the session."""
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0] if page.redirect_chain else link
    return client.post(where, {"new_password1": password, "new_password2": password}, follow=True)


def test_the_first_administrator_comes_from_the_command_line(client, capsys):
    assert b"create_administrator" in client.get(reverse("login")).content
    call_command("create_administrator", "ada", "--address", "http://site")
    link = re.search(r"http://site(/\S+)", capsys.readouterr().out).group(1)
    choose(client, link)
    assert client.login(username="ada", password=NEW_PASSWORD)
    assert client.get(reverse("accounts")).status_code == 200
    assert b"does not work any more" in client.get(link, follow=True).content, "a link works once"


def test_the_command_does_not_promote_anybody(researcher):
    with pytest.raises(CommandError, match="rosa is a researcher"):
        call_command("create_administrator", "rosa")


def test_an_administrator_adds_a_person_and_hands_over_a_link(client, administrator):
    client.force_login(administrator)
    page = client.post(reverse("accounts"), {"username": "mina", "role": "researcher"})
    link = re.search(r"http://testserver(/accounts/password/\S+?)<", page.content.decode()).group(1)
    assert not User.objects.get(username="mina").has_usable_password()
    client.logout()
    choose(client, link)
    assert client.login(username="mina", password=NEW_PASSWORD)


def test_roles_change_and_accounts_close_but_never_ones_own(client, administrator, researcher):
    client.force_login(administrator)
    client.post(reverse("account_role", args=[researcher.pk]), {"role": "administrator"})
    client.post(reverse("account_active", args=[researcher.pk]), {"active": "no"})
    researcher.refresh_from_db()
    assert (researcher.role, researcher.is_staff, researcher.is_active) == ("administrator", True, False)
    assert not researcher.is_administrator, "a closed account may do nothing"
    client.post(reverse("account_role", args=[administrator.pk]), {"role": "reader"})
    client.post(reverse("account_active", args=[administrator.pk]), {"active": "no"})
    administrator.refresh_from_db()
    assert (administrator.role, administrator.is_active) == ("administrator", True)


@pytest.mark.parametrize("role", ["researcher", "reader"])
def test_only_administrators_manage_accounts(client, role, request, administrator):
    client.force_login(request.getfixturevalue(role))
    assert client.get(reverse("accounts")).status_code == 403
    for name in ("account_link", "account_role", "account_active"):
        assert client.post(reverse(name, args=[administrator.pk])).status_code == 403


def test_a_person_chooses_language_and_theme(client, researcher):
    client.force_login(researcher)
    client.post(reverse("profile"), {"theme": "dark", "language": "ko"})
    page = client.get(reverse("profile")).content.decode()
    assert 'data-theme="dark"' in page
    assert 'lang="ko"' in page


def log_in(client, name: str, password: str, where: str = "login", **more) -> bool:
    answer = client.post(reverse(where), {"username": name, "password": password}, **more)
    assert answer.status_code in (200, 302)
    return answer.status_code == 302


def test_ten_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(client, administrator, monkeypatch):
    for where in ("login", "admin:login"):
        for _try in range(5):
            assert not log_in(client, "Admin", "guessed", where)
    for where in ("login", "admin:login"):
        assert not log_in(client, "admin", "correct horse", where), "the right one is refused too"
    assert (
        b"Too many wrong passwords"
        in client.post(reverse("login"), {"username": "admin", "password": "x"}).content
    )
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + attempts.WITHIN)
    assert log_in(client, "admin", "correct horse")


def test_somebody_elses_guesses_do_not_lock_a_person_out_until_there_are_a_hundred(client, researcher):
    for number in range(99):
        assert not log_in(client, "rosa", "guessed", REMOTE_ADDR=f"10.0.0.{number % 30}")
    assert log_in(Client(), "rosa", "correct horse", REMOTE_ADDR="10.9.9.9")
    assert not log_in(client, "rosa", "guessed", REMOTE_ADDR="10.0.0.200")
    assert not log_in(Client(), "rosa", "correct horse", REMOTE_ADDR="10.9.9.9")


def test_a_right_password_clears_the_wrong_ones_and_no_name_is_kept(client, researcher):
    for _round in range(3):
        for _try in range(9):
            assert not log_in(client, "rosa", "guessed")
        assert log_in(Client(), "rosa", "correct horse")
    assert not any("rosa" in digest for digest in FailedLogIn.objects.values_list("digest", flat=True))


@pytest.mark.parametrize(("behind", "refused"), [(True, False), (False, True)])
def test_a_proxys_word_for_the_address_is_believed_only_where_there_is_one(
    client, researcher, settings, behind, refused
):
    settings.BEHIND_PROXY = behind
    for number in range(10):
        assert not log_in(
            client, "rosa", "guessed", headers={"X-Forwarded-For": f"10.0.0.1, 10.0.0.{number}"}
        )
    assert log_in(client, "rosa", "correct horse") is not refused


PRIVATE = "private, no-store"


def test_no_cache_keeps_a_page_and_a_refused_method_neither(client, researcher):
    client.force_login(researcher)
    assert client.get(reverse("home"))["Cache-Control"] == PRIVATE
    assert client.get(reverse("turing:share", args=[1]))["Cache-Control"] == PRIVATE
    assert client.get("/nowhere/")["Cache-Control"] == PRIVATE
    client.logout()
    for page in (reverse("login"), reverse("home")):
        assert "no-store" in client.get(page)["Cache-Control"]
