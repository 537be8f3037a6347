from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="list"),
    path("<int:pk>/row/", views.row, name="row"),
    path("<int:pk>/stop/", views.stop, name="stop"),
    path("<int:pk>/retry/", views.retry, name="retry"),
]
