from django.contrib import admin

from .models import Comparison, Evaluation


@admin.register(Evaluation)
class EvaluationAdmin(admin.ModelAdmin):
    list_display = ["name", "owner", "real", "synthetic", "state", "is_shared", "created"]
    list_filter = ["state", "is_shared"]
    search_fields = ["name"]
    raw_id_fields = ["owner", "real", "synthetic", "training", "job"]
    readonly_fields = ["report", "summary"]


@admin.register(Comparison)
class ComparisonAdmin(admin.ModelAdmin):
    list_display = ["name", "owner", "real", "state", "is_shared", "created"]
    list_filter = ["state", "is_shared"]
    search_fields = ["name"]
    raw_id_fields = ["owner", "real", "sets", "job"]
    readonly_fields = ["result", "seen"]
