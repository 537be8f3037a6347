from django.urls import path

from . import views

app_name = "metrics"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/report.json", views.as_json, name="json"),
    path("<int:pk>/numbers.csv", views.numbers, name="numbers_csv"),
    path("<int:pk>/images.csv", views.images, name="images_csv"),
    path("<int:pk>/share/", views.share, name="share"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/pictures/<slug:role>/<int:position>.png", views.picture, name="picture"),
]
