from django.urls import path

from . import views

app_name = "imagesets"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("new/files/", views.stage, name="stage"),
    path("new/files/<str:token>/", views.stage_files, name="stage_files"),
    path("trash/", views.trashed, name="trash_list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/pictures/<int:position>/", views.picture, name="picture"),
    path("<int:pk>/provenance.json", views.provenance, name="provenance"),
    path("<int:pk>/split/", views.split, name="split"),
    path("<int:pk>/trash/", views.trash, name="trash"),
    path("<int:pk>/restore/", views.restore, name="restore"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("pictures/<int:pk>/<int:size>.png", views.thumbnail, name="thumbnail"),
]
