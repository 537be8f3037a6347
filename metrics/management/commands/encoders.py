import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foreign.checking import check
from foreign.refusal import Refused
from foreign.runtime import session
from metrics.encoders.declaration import Declaration
from metrics.encoders.foreign import install, installed, remove
from metrics.encoders.inception import FILE
from metrics.encoders.registry import ENCODERS, get_encoder, known_encoders

PORT_SHA256 = "6726825d"  # how the digest of the PyTorch port of the FID's Inception weights begins
USAGE = """encoders                                   list them
encoders install inception FILE            the weights of the FID's Inception network
encoders add NAME FILE.onnx FACTS.json     a network of any kind, with its declared preprocessing (docs/uploads.md)
encoders remove NAME                       one that was added"""


class Command(BaseCommand):
    help = f"List the encoders, or bring one. Nothing is ever downloaded.\n{USAGE}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs="*")

    def handle(self, *, words: list[str], **options: Any) -> None:
        match words:
            case []:
                self._list()
            case ["install", "inception", file]:
                self._install(Path(file))
            case ["add", name, file, facts]:
                self._add(name, Path(file), Path(facts))
            case ["remove", name]:
                self._remove(name)
            case _:
                raise CommandError(f"Say one of\n{USAGE}")

    def _list(self) -> None:
        folder = Path(settings.ENCODERS_DIR)
        for name, title in known_encoders(folder).items():
            reason = get_encoder(name, folder=folder).available()
            self.stdout.write(f"{name:<10} {title}: {reason or 'ready'}")
        for encoder in installed(folder):
            facts = encoder.protocol()
            self.stdout.write(
                f"\n{encoder.name}: {encoder.dimension:,} features, SHA-256 {facts['weights']}\n  {facts['preprocessing']}"
            )

    def _add(self, name: str, file: Path, facts: Path) -> None:
        for path in (file, facts):
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
        try:
            declaration = Declaration.from_data(json.loads(facts.read_text()))
            encoder = install(file, name, declaration, Path(settings.ENCODERS_DIR), ENCODERS)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except ValueError as error:
            raise CommandError(f"{facts} is not JSON: {error}") from error
        self.stdout.write(
            f"Added. {encoder.dimension:,} features; SHA-256 of the kept file: {encoder.weights_digest}"
        )

    def _remove(self, name: str) -> None:
        try:
            remove(name, Path(settings.ENCODERS_DIR))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _install(self, source: Path) -> None:
        if not source.is_file():
            raise CommandError(f"There is no file {source}.")
        target = Path(settings.ENCODERS_DIR) / FILE
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".onnx")
        os.close(handle)
        try:
            if source.suffix.lower() == ".onnx":
                check_onnx(source)
                shutil.copyfile(source, temporary)
            else:
                self._convert(source, Path(temporary))
            os.replace(temporary, target)
        finally:
            Path(temporary).unlink(missing_ok=True)
        self.stdout.write(
            f"Installed. SHA-256 of the kept file: {hashlib.sha256(target.read_bytes()).hexdigest()}"
        )

    def _convert(self, source: Path, target: Path) -> None:
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        if not digest.startswith(PORT_SHA256):
            raise CommandError(
                f"The SHA-256 of {source.name} begins {digest[:8]}; that of the FID's weights (PyTorch port of "
                f"pt_inception-2015-12-05) begins {PORT_SHA256}. Only that file, or an .onnx file, is opened."
            )
        import torch

        from metrics.encoders.inception_graph import from_state, write_onnx

        write_onnx(from_state(torch.load(source, map_location="cpu", weights_only=True)), target)


def check_onnx(path: Path) -> None:
    """One self-contained file with the right inputs and outputs. Raises CommandError."""
    try:
        found = check(path.read_bytes())
        session(str(path))
    except Exception as error:
        raise CommandError(f"{path.name} is no ONNX model that can be run: {str(error)[:200]}") from error
    inputs, outputs = [port.name for port in found.inputs], [port.name for port in found.outputs]
    if inputs != ["images"] or outputs != ["features", "logits"]:
        raise CommandError(
            f"{path.name} has inputs {inputs} and outputs {outputs}; needed are ['images'] and ['features', 'logits']."
        )
