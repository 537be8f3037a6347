from django.urls import path

from . import views

app_name = "generators"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.choose, name="choose"),
    path("new/<slug:method>/", views.new, name="new"),
    path("train/<slug:network>/", views.train, name="train"),
    path("upload/", views.upload, name="upload"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/share/", views.share, name="share"),
    path("<int:pk>/trash/", views.trash, name="trash"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/progress/", views.run_progress, name="run_progress"),
    path("runs/<int:pk>/samples/<str:name>", views.snapshot, name="snapshot"),
]
