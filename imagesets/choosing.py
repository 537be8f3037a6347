"""Several sets chosen on one form."""

from typing import Any

from django import forms

from jobs.ownership import is_number


class SetsField(forms.ModelMultipleChoiceField):
    """Refuses what is no number of a row before a database is asked: SQLite takes none of more than 19 digits."""

    def clean(self, value: Any) -> Any:
        for one in value if isinstance(value, list | tuple) else ():
            if not is_number(str(one)):
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": one}
                )
        return super().clean(value)
