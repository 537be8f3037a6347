from django.urls import path

from . import views

app_name = "turing"
urlpatterns = [
    path("studies/", views.index, name="list"),
]
