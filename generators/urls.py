from django.urls import path

from . import views, views_balance, views_bringing, views_changes, views_recipes

app_name = "generators"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views_recipes.choose, name="choose"),
    path("new/examples/<int:pk>/<slug:method>/", views_recipes.examples, name="examples"),
    path("balance/<int:pk>/", views_balance.balance, name="balance"),
    path("recipe/", views_recipes.compose, name="compose"),
    path("recipe/preview/", views_recipes.preview, name="preview"),
    path(
        "recipe/preview/<int:pk>/<slug:key>/<int:number>.png",
        views_recipes.preview_picture,
        name="preview_picture",
    ),
    path("recipe/schema.json", views_recipes.schema, name="schema"),
    path("<int:pk>/recipe.json", views_recipes.download, name="recipe"),
    path("train/<slug:network>/", views.train, name="train"),
    path("upload/", views_bringing.upload, name="upload"),
    path("upload/onnx/", views_bringing.upload_network, name="upload_network"),
    path("upload/card/", views_bringing.upload_card, name="upload_card"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit-card/", views.edit_card, name="edit_card"),
    path("<int:pk>/grid/", views.grid, name="grid"),
    path("<int:pk>/share/", views.share, name="share"),
    path("<int:pk>/trash/", views.trash, name="trash"),
    path("changes/<int:pk>/", views_changes.changes, name="changes"),
    path("changes/<int:pk>/<int:position>.png", views_changes.difference, name="difference"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/progress/", views.run_progress, name="run_progress"),
    path("runs/<int:pk>/samples/<str:name>", views.snapshot, name="snapshot"),
]
