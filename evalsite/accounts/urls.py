from django.contrib.auth import views as auth
from django.urls import path

from . import views

urlpatterns = [
    path("log-in/", auth.LoginView.as_view(template_name="evalsite/log_in.html"), name="login"),
    path("log-out/", auth.LogoutView.as_view(), name="logout"),
    path("profile/", views.profile, name="profile"),
    path("", views.accounts, name="accounts"),
]
