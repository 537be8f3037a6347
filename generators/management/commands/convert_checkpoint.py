from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Turn a PyTorch checkpoint of your own into safetensors, which can be uploaded. Run it on your machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="a .pt or .pth file that holds a state dict")
        parser.add_argument("target", type=Path, help="the .safetensors file to write")
        parser.add_argument(
            "--key", default="", help="where the state dict lies inside, for example generator"
        )

    def handle(self, *, source: Path, target: Path, key: str, **options: Any) -> None:
        import torch
        from safetensors.torch import save_file

        if not source.is_file():
            raise CommandError(f"There is no file {source}.")
        try:
            loaded = torch.load(source, map_location="cpu", weights_only=True)
        except Exception as error:
            raise CommandError(
                f"{source} holds more than tensors or is damaged, and is not opened: {error}"
            ) from error
        state = loaded.get(key) if key and isinstance(loaded, dict) else loaded
        if not isinstance(state, dict) or not all(
            isinstance(value, torch.Tensor) for value in state.values()
        ):
            inside = ", ".join(map(str, loaded)) if isinstance(loaded, dict) else type(loaded).__name__
            raise CommandError(f"No state dict there. Inside are: {inside}. Name one with --key.")
        save_file({name: value.contiguous().clone() for name, value in state.items()}, target)
        self.stdout.write(f"{target}: {len(state)} tensors")
