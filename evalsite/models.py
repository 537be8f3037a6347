from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    RESEARCHER = "researcher", _("Researcher")
    READER = "reader", _("Reader")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.READER)
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    language = models.CharField(_("language"), max_length=8, blank=True)

    def save(self, *args, **kwargs) -> None:
        # One source for what a person may do: Django's admin flags follow the role.
        if self.is_superuser:
            self.role = Role.ADMINISTRATOR
        self.is_staff = self.is_superuser = self.role == Role.ADMINISTRATOR
        super().save(*args, **kwargs)

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_researcher(self) -> bool:
        """Administrators may do all that researchers may."""
        return self.is_active and self.role in {Role.ADMINISTRATOR, Role.RESEARCHER}


class FailedLogIn(models.Model):
    """A wrong password, for a quarter of an hour; of which name and from where only a digest is known."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["digest", "at"], name="digest_and_time")]

    def __str__(self) -> str:
        return f"{self.digest[:8]} at {self.at}"
