import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evalsite.models import User

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
