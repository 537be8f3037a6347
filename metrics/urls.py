from django.urls import path

from . import views, views_comparison, views_encoders, views_files

app_name = "metrics"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("compare/", views_comparison.new, name="compare"),
    path("comparisons/<int:pk>/", views_comparison.detail, name="comparison"),
    path("comparisons/<int:pk>/comparison.json", views_comparison.as_json, name="comparison_json"),
    path("comparisons/<int:pk>/comparison.csv", views_comparison.as_csv, name="comparison_csv"),
    path("comparisons/<int:pk>/delete/", views_comparison.delete, name="comparison_delete"),
    path("encoders/", views_encoders.index, name="encoders"),
    path("encoders/new/", views_encoders.new, name="encoder_new"),
    path("encoders/<str:name>/remove/", views_encoders.discard, name="encoder_remove"),
    path("report.schema.json", views_files.schema, name="schema"),
    path("<int:pk>/report.pdf", views_files.printed, name="printed"),
    path("<int:pk>/images/", views_files.image_table, name="image_table"),
    path("<int:pk>/report.json", views_files.as_json, name="json"),
    path("<int:pk>/numbers.csv", views_files.numbers, name="numbers_csv"),
    path("<int:pk>/images.csv", views_files.images, name="images_csv"),
    path("<int:pk>/share/", views.share, name="share"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/pictures/<slug:role>/<int:position>.png", views_files.picture, name="picture"),
]
