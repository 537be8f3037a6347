from django.apps import AppConfig


class ImagesetsConfig(AppConfig):
    name = "imagesets"
