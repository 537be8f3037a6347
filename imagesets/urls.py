from django.urls import path

from . import views

app_name = "imagesets"
urlpatterns = [
    path("", views.index, name="list"),
]
