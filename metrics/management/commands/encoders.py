import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.encoders.inception import FILE
from metrics.encoders.registry import ENCODERS, get_encoder

PORT_SHA256 = "6726825d"  # how the digest of the PyTorch port of the FID's Inception weights begins


class Command(BaseCommand):
    help = "List the encoders, or install the weights of one: encoders install inception FILE. Nothing is ever downloaded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs="*", metavar="install inception FILE")

    def handle(self, *, words: list[str], **options: Any) -> None:
        if not words:
            self._list()
        elif len(words) == 3 and words[:2] == ["install", "inception"]:
            self._install(Path(words[2]))
        else:
            raise CommandError(
                "Say `encoders`, or `encoders install inception FILE`. Other encoders need no weights."
            )

    def _list(self) -> None:
        for name, entry in ENCODERS.items():
            reason = get_encoder(name, folder=Path(settings.ENCODERS_DIR)).available()
            self.stdout.write(f"{name:<10} {entry.title}: {reason or 'ready'}")

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
    import onnx
    import onnxruntime

    try:
        model = onnx.load(str(path), load_external_data=False)
        if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
            raise CommandError(f"{path.name} keeps its weights in other files; save it as one file.")
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except CommandError:
        raise
    except Exception as error:
        raise CommandError(f"{path.name} is no ONNX model that can be run: {str(error)[:200]}") from error
    inputs, outputs = [i.name for i in session.get_inputs()], [o.name for o in session.get_outputs()]
    if inputs != ["images"] or outputs != ["features", "logits"]:
        raise CommandError(
            f"{path.name} has inputs {inputs} and outputs {outputs}; needed are ['images'] and ['features', 'logits']."
        )
