from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evalsite.models import Role, User
from jobs.ownership import administrator_required

from .forms import AccountForm, LogInForm, ProfileForm, RoleForm
from .links import password_link


class LogIn(auth_views.LoginView):
    template_name = "evalsite/log_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(no_accounts=not User.objects.exists(), **kwargs)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        response = redirect("profile")
        if user.language:
            translation.activate(user.language)
            response.set_cookie(
                "django_language", user.language, max_age=31_536_000, httponly=True, samesite="Lax"
            )
        else:
            response.delete_cookie("django_language")
        messages.success(request, _("Your profile is saved."))
        return response
    return render(request, "evalsite/profile.html", {"form": form})


@administrator_required
def accounts(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.set_unusable_password()
        user.save()
        return _show_link(request, user)
    people = User.objects.order_by("username")
    return render(request, "evalsite/accounts.html", {"form": form, "people": people, "roles": Role.choices})


@administrator_required
@require_POST
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    return _show_link(request, get_object_or_404(User, pk=pk, is_active=True))


def _show_link(request: HttpRequest, user: User) -> HttpResponse:
    link = request.build_absolute_uri(password_link(user))
    return render(request, "evalsite/account_link.html", {"person": user, "link": link})


@administrator_required
@require_POST
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    person, form = get_object_or_404(User, pk=pk), RoleForm(request.POST)
    if person == request.user:
        messages.error(request, _("You cannot change your own role; another administrator can."))
    elif form.is_valid():
        person.role = form.cleaned_data["role"]
        person.save()
        messages.success(
            request, _("%(name)s is now: %(role)s.") % {"name": person, "role": person.get_role_display()}
        )
    return redirect("accounts")


@administrator_required
@require_POST
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Close or reopen an account; what the person made stays, since studies and reports rest on it."""
    person = get_object_or_404(User, pk=pk)
    if person == request.user:
        messages.error(request, _("You cannot close your own account; another administrator can."))
    else:
        person.is_active = request.POST.get("active") == "yes"
        person.save()
        words = (
            _("The account %(name)s is open again.")
            if person.is_active
            else _("The account %(name)s is closed.")
        )
        messages.success(request, words % {"name": person})
    return redirect("accounts")
