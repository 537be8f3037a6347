from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from . import views

urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("<int:pk>/link/", views.new_link, name="account_link"),
    path("<int:pk>/role/", views.change_role, name="account_role"),
    path("<int:pk>/active/", views.set_active, name="account_active"),
    path("profile/", views.profile, name="profile"),
    path("log-in/", views.LogIn.as_view(), name="login"),
    path("log-out/", auth.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        auth.PasswordChangeView.as_view(
            template_name="evalsite/choose_password.html", success_url=reverse_lazy("profile")
        ),
        name="password_change",
    ),
    path(
        "password/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(
            template_name="evalsite/choose_password.html", success_url=reverse_lazy("login")
        ),
        name="choose_password",
    ),
]
