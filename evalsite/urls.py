from django.contrib import admin
from django.urls import include, path

from . import views, views_cards
from .accounts.forms import AdminLogInForm

admin.site.login_form = AdminLogInForm
urlpatterns = [
    path("", views.home, name="home"),
    path("image-sets/", include("imagesets.urls")),
    path("generators/<int:pk>/card/", views_cards.card, name="generator_card"),
    path("generators/<int:pk>/export/", views_cards.export, name="generator_export"),
    path("generators/", include("generators.urls")),
    path("evaluations/", include("metrics.urls")),
    path("", include("turing.urls")),  # studies/ for owners, read/ for readers
    path("jobs/", include("jobs.urls")),
    path("accounts/", include("evalsite.accounts.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
