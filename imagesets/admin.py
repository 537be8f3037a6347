from django.contrib import admin

from .models import ImageSet


@admin.register(ImageSet)
class ImageSetAdmin(admin.ModelAdmin):
    list_display = ("name", "origin", "state", "count", "owner", "created")
    list_filter = ("origin", "state")
    search_fields = ("name",)
    readonly_fields = ("provenance", "summary", "refused", "digest", "count", "job")
